import type { Step } from './playbook.ts';

/** A pointer from one step to another; `by` is the property that holds it. */
export interface Edge {
  readonly by: string;
  readonly stepId: string;
}

const pointer = (by: string, stepId: string | undefined): readonly Edge[] =>
  stepId === undefined ? [] : [{ by, stepId }];

/** Where a step leads when its own work, branches included, is over. */
export const continuationsOf = (step: Step): readonly Edge[] => [
  ...pointer('on_completion', step.on_completion),
  ...pointer('on_success', step.on_success),
  ...pointer('on_failure', step.on_failure),
];

/** The branches a step opens; each runs to its own end, then the step itself is over. */
export function branchesOf(step: Step): readonly Edge[] {
  switch (step.type) {
    case 'if-condition':
      return [...pointer('on_true', step.on_true), ...pointer('on_false', step.on_false)];
    case 'parallel':
      return step.next_steps.map((stepId) => ({ by: 'next_steps', stepId }));
    case 'start':
    case 'end':
    case 'action':
      return [];
  }
}

export const edgesOf = (step: Step): readonly Edge[] => [...branchesOf(step), ...continuationsOf(step)];
