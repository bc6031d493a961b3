import type { Playbook, PlaybookError, Step } from './playbook.ts';
import { branchesOf, continuationsOf, type Edge, edgesOf } from './step-edges.ts';

type Steps = Playbook['steps'];
type Graph = Pick<Playbook, 'steps' | 'startId' | 'exceptionId'>;

const errorAt = (stepId: string, reason: PlaybookError['reason'], message: string): PlaybookError => ({
  path: `workflow.${stepId}`,
  reason,
  message,
});

/** One error per cycle found, at the step that closes it. */
function findCycles(steps: Steps): readonly PlaybookError[] {
  const done = new Set<string>();
  const errors: PlaybookError[] = [];
  const visit = (id: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(id);
    if (seenAt >= 0) {
      const cycle = [...trail.slice(seenAt), id].join(' → ');
      errors.push(errorAt(trail.at(-1) ?? id, 'cycle', `leads back to an earlier step: ${cycle}`));
      return;
    }
    const step = steps.get(id);
    if (!step || done.has(id)) return;
    for (const { stepId } of edgesOf(step)) visit(stepId, [...trail, id]);
    done.add(id);
  };
  for (const id of steps.keys()) visit(id, []);
  return errors;
}

/** The steps that can come after a pointer, by id; only for a graph without cycles. */
function createReach(steps: Steps): (id: string) => ReadonlySet<string> {
  const known = new Map<string, ReadonlySet<string>>();
  const reach = (id: string): ReadonlySet<string> => {
    const before = known.get(id);
    if (before) return before;
    const step = steps.get(id);
    const reached = new Set([id, ...(step ? edgesOf(step).flatMap(({ stepId }) => [...reach(stepId)]) : [])]);
    known.set(id, reached);
    return reached;
  };
  return reach;
}

/**
 * A step that two parts of one run would both execute. Every step happens at most once in a run, so parts that follow
 * each other or run side by side may share no step but ends.
 */
function findShared(graph: Graph): readonly PlaybookError[] {
  const { steps, startId, exceptionId } = graph;
  const reach = createReach(steps);
  const reachOf = (edges: readonly Edge[]): ReadonlySet<string> =>
    new Set(edges.flatMap(({ stepId }) => [...reach(stepId)]));
  const sharedBy = (first: ReadonlySet<string>, second: ReadonlySet<string>): readonly string[] =>
    [...first.intersection(second)].filter((id) => steps.get(id)?.type !== 'end');

  const errors: PlaybookError[] = [];
  const demandApart = (at: string, first: ReadonlySet<string>, second: ReadonlySet<string>, parts: string): void => {
    const [shared] = sharedBy(first, second);
    if (shared !== undefined) errors.push(errorAt(at, 'shared_step', `${parts} both lead to ${shared}`));
  };
  const checkBranches = (id: string, step: Step): void => {
    const branches = branchesOf(step);
    demandApart(id, reachOf(branches), reachOf(continuationsOf(step)), 'a branch and what comes after it');
    if (step.type !== 'parallel') return;
    const seen = new Set<string>();
    for (const { stepId } of branches) {
      const errorsBefore = errors.length;
      demandApart(id, seen, reach(stepId), 'two parallel branches');
      // One pair is enough; and branches that share nothing are together no larger than the graph.
      if (errors.length > errorsBefore) break;
      for (const reached of reach(stepId)) seen.add(reached);
    }
  };
  for (const [id, step] of steps) checkBranches(id, step);
  if (exceptionId !== undefined) {
    demandApart(exceptionId, reach(startId), reach(exceptionId), 'the workflow and its workflow_exception');
  }
  return errors;
}

/**
 * Checks the shape of the workflow: no cycle, no step that could happen twice. Every step but an end leads on, as the
 * references were checked before; so without a cycle every way reaches an end.
 */
export function checkGraph(graph: Graph): readonly PlaybookError[] {
  const cycles = findCycles(graph.steps);
  return cycles.length > 0 ? cycles : findShared(graph);
}
