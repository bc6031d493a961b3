import { createHash } from 'node:crypto';
import type { OpenApiDocument } from '@soc/service-kit/openapi';
import { z } from 'zod';
import { DOCS_STYLE } from './docs-style.ts';
import { escapeHtml, jsonHtml, sentenceHtml } from './html.ts';

/** Nothing but its own style is loaded: the page has no script, no image, no font, no form. */
export const DOCS_CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(DOCS_STYLE).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

const Content = z.record(z.string(), z.object({ schema: z.unknown() }));

/** The parts of an OpenAPI operation that the page shows. */
const Operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  tags: z.array(z.string()),
  'x-permission': z.string(),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), required: z.boolean(), schema: z.unknown() })),
  requestBody: z.object({ content: Content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: Content.optional() })),
});
type Operation = z.infer<typeof Operation>;

interface ShownEndpoint {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** The document as one page that needs nothing else. */
export function docsPage({ info, tags, paths, components }: OpenApiDocument): string {
  const all = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method, path, operation: Operation.parse(operation) })),
  );
  const services = tags.map(({ name }) => name);
  const schemas = Object.entries(components['schemas'] ?? {});
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(info.title)} API</title><style>${DOCS_STYLE}</style></head><body>`,
    `<nav><strong>${escapeHtml(info.title)}</strong> <span class="dim">${escapeHtml(info.version)}</span>`,
    ...services.map((name) => `<a href="#${name}">${name}</a>`),
    '<a href="#schemas">schemas</a><a href="/api/v1/openapi.json">openapi.json</a></nav><main>',
    `<h1>${escapeHtml(info.title)} API</h1><p>${sentenceHtml(info.description ?? '')}</p>`,
    ...services.map((name) => serviceSection(name, all)),
    '<h2 id="schemas">schemas</h2>',
    ...schemas.map(([name, schema]) => entry(`schema-${name}`, `<code>${escapeHtml(name)}</code>`, jsonHtml(schema))),
    '</main></body></html>',
  ].join('\n');
}

const entry = (id: string, summary: string, content: string): string =>
  `<details id="${escapeHtml(id)}"><summary>${summary}</summary><div>${content}</div></details>`;

function serviceSection(service: string, all: readonly ShownEndpoint[]): string {
  const own = all.filter(({ operation }) => operation.tags.includes(service));
  return [`<h2 id="${service}">${service}</h2>`, ...own.map(endpointEntry)].join('\n');
}

function endpointEntry({ method, path, operation }: ShownEndpoint): string {
  const summary = [
    `<span class="method">${method.toUpperCase()}</span>`,
    `<code>${escapeHtml(path)}</code>`,
    `<span class="dim">${sentenceHtml(operation.summary)}</span>`,
  ].join(' ');
  const content = [
    `<p>Needs: <code>${escapeHtml(operation['x-permission'])}</code></p>`,
    parametersTable(operation),
    ...Object.entries(operation.requestBody?.content ?? {}).map(
      ([type, { schema }]) => `<p>Body, <code>${escapeHtml(type)}</code></p>${jsonHtml(schema)}`,
    ),
    answersTable(operation),
  ];
  return entry(operation.operationId, summary, content.join('\n'));
}

function parametersTable({ parameters }: Operation): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    ({ name, in: place, required, schema }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${escapeHtml(place)}${required ? ', required' : ''}</td>` +
      `<td><code>${escapeHtml(JSON.stringify(schema))}</code></td></tr>`,
  );
  return `<table><tr><th>parameter</th><th>where</th><th>schema</th></tr>${rows.join('')}</table>`;
}

function answersTable({ responses }: Operation): string {
  const rows = Object.entries(responses).map(([status, { description, content }]) => {
    const schemas = Object.values(content ?? {}).map(({ schema }) => jsonHtml(schema));
    return `<tr><td>${escapeHtml(status)}</td><td>${sentenceHtml(description)}${status.startsWith('2') ? schemas.join('') : ''}</td></tr>`;
  });
  return `<table><tr><th>status</th><th>answer</th></tr>${rows.join('')}</table>`;
}
