/** Units as Grafana names them. */
export type Unit = 's' | 'ms' | 'Bps' | 'reqps' | 'cps' | 'short' | 'percentunit' | 'bytes' | 'bool' | 'cores';

export interface Panel {
  readonly title: string;
  /** What it shows and when to worry, for who sees it for the first time. */
  readonly description: string;
  readonly unit: Unit;
  /** PromQL, each with the legend of its series. */
  readonly queries: readonly (readonly [expr: string, legend: string])[];
  /** A line over time when absent; `stat` is the value of now. */
  readonly kind?: 'timeseries' | 'stat' | 'table';
  /** Drill-down: the uid of another dashboard, which gets the label of the series as its variable. */
  readonly leadsTo?: { readonly dashboard: string; readonly variable: string; readonly label: string };
  /** Turns the value red from here on. */
  readonly redFrom?: number;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Labels to choose by; each is offered as `$name`. */
  readonly variables: readonly { readonly name: string; readonly query: string }[];
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
}

const DATASOURCE = { type: 'prometheus', uid: 'prometheus' };
const COLUMNS = 24;
const PANEL_HEIGHT = 8;
const PER_ROW = 3;

function linksOf({ leadsTo }: Panel): readonly object[] {
  if (!leadsTo) return [];
  const { dashboard, variable, label } = leadsTo;
  const url = `/d/${dashboard}?var-${variable}=\${__field.labels.${label}}&\${__url_time_range}`;
  return [{ title: `To ${dashboard}`, url }];
}

function thresholdsOf({ redFrom }: Panel): object {
  const steps = [{ color: 'green', value: null }, ...(redFrom === undefined ? [] : [{ color: 'red', value: redFrom }])];
  return { mode: 'absolute', steps };
}

function panelJson(panel: Panel, id: number, gridPos: object): object {
  const { title, description, unit, queries, kind = 'timeseries' } = panel;
  return {
    id,
    title,
    description,
    type: kind,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: {
      defaults: { unit, min: 0, links: linksOf(panel), thresholds: thresholdsOf(panel) },
      overrides: [],
    },
    targets: queries.map(([expr, legendFormat], index) => ({
      refId: String.fromCodePoint(65 + index),
      datasource: DATASOURCE,
      expr,
      legendFormat,
      ...(kind !== 'timeseries' && { instant: true }),
      ...(kind === 'table' && { format: 'table' }),
    })),
  };
}

/** Three panels beside each other under the title of their row. */
function panelsJson(rows: Dashboard['rows']): readonly object[] {
  const made: object[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    made.push({ id: made.length + 1, type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: COLUMNS, h: 1 } });
    y += 1;
    const width = COLUMNS / Math.min(PER_ROW, panels.length);
    for (const [index, panel] of panels.entries()) {
      const gridPos = {
        x: (index % PER_ROW) * width,
        y: y + Math.floor(index / PER_ROW) * PANEL_HEIGHT,
        w: width,
        h: PANEL_HEIGHT,
      };
      made.push(panelJson(panel, made.length + 1, gridPos));
    }
    y += Math.ceil(panels.length / PER_ROW) * PANEL_HEIGHT;
  }
  return made;
}

/** A dashboard as Grafana reads it from a file. */
export function dashboardJson({ uid, title, description, variables, rows }: Dashboard): object {
  return {
    uid,
    title: `SOC: ${title}`,
    description,
    tags: ['soc'],
    schemaVersion: 39,
    editable: false,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    links: [{ type: 'dashboards', tags: ['soc'], title: 'SOC', asDropdown: true, keepTime: true }],
    templating: {
      list: variables.map(({ name, query }) => ({
        name,
        label: name,
        type: 'query',
        datasource: DATASOURCE,
        query: { query, refId: name },
        refresh: 2,
        includeAll: true,
        multi: true,
        allValue: '.*',
        current: { text: 'All', value: '$__all' },
      })),
    },
    panels: panelsJson(rows),
  };
}
