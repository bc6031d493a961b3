import type { Breakage } from './effect-progress.ts';
import type { ActionStep, IfStep, Playbook, Step } from './playbook.ts';

/** How far a chain of steps has come. */
export type Flow = { readonly kind: 'done' } | { readonly kind: 'pending' } | Breakage;

export const DONE: Flow = { kind: 'done' };
export const PENDING: Flow = { kind: 'pending' };

/** Which way an if-condition goes. */
export type Decision = { readonly kind: 'decided'; readonly value: boolean } | Breakage;

/** What happens at the steps a walk passes. */
export interface Visitor {
  readonly act: (stepId: string, step: ActionStep) => Flow;
  readonly decide: (stepId: string, step: IfStep) => Decision;
  /** A start, end or parallel step is passed; possibly again. */
  readonly pass: (stepId: string, step: Step) => void;
}

const rank = (flow: Flow): number => {
  if (flow.kind === 'pending') return 3;
  if (flow.kind === 'done') return 0;
  return flow.cause === 'failed' ? 2 : 1;
};

/** Branches side by side are over when all are; the worst of them speaks for all. */
const worst = (flows: readonly Flow[]): Flow =>
  flows.reduce((left, right) => (rank(right) > rank(left) ? right : left), DONE);

/**
 * Walks a chain of steps to its end, as far as it has come (CACAO 2.0 §4): a branch runs to its own end and then the
 * step that opened it goes on; a failure goes to `on_failure`, or breaks the chain and with it the step it is a branch of.
 */
export function walkChain(playbook: Playbook, startId: string, visitor: Visitor): Flow {
  let id: string | undefined = startId;
  while (id !== undefined) {
    // References were checked when the playbook was read.
    const step = playbook.steps.get(id);
    if (!step) throw new Error(`there is no step ${id}`);
    const flow = visitStep(playbook, id, step, visitor);
    if (flow.kind === 'pending') return flow;
    if (flow.kind === 'broken') {
      if (step.on_failure === undefined) return flow;
      id = step.on_failure;
    } else {
      id = step.on_completion ?? step.on_success;
    }
  }
  return DONE;
}

function visitStep(playbook: Playbook, id: string, step: Step, visitor: Visitor): Flow {
  switch (step.type) {
    case 'start':
    case 'end':
      visitor.pass(id, step);
      return DONE;
    case 'action':
      return visitor.act(id, step);
    case 'if-condition': {
      const decision = visitor.decide(id, step);
      if (decision.kind === 'broken') return decision;
      const branch = decision.value ? step.on_true : step.on_false;
      return branch === undefined ? DONE : walkChain(playbook, branch, visitor);
    }
    case 'parallel':
      visitor.pass(id, step);
      return worst(step.next_steps.map((branch) => walkChain(playbook, branch, visitor)));
  }
}
