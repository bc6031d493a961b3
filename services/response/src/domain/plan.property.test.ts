import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effectKey, latestEntries } from './journal.ts';
import { createWorld, type Mishap, type World } from './plan-world.fixture.ts';
import type { Playbook } from './playbook.ts';
import { httpStep, manualStep, playbookDocument } from './playbook.fixture.ts';
import { readAcceptedPlaybook } from './read-playbook.ts';
import type { Exchange } from './settle-exchange.ts';

/** A workflow as a tree: what happens after what, and what inside of what. */
type Node =
  | { readonly kind: 'post' | 'get' | 'ask'; readonly delay: boolean; readonly caught: boolean }
  | { readonly kind: 'if'; readonly value: boolean; readonly yes: readonly Node[]; readonly no: readonly Node[] }
  | { readonly kind: 'parallel'; readonly branches: readonly (readonly Node[])[] };

const { chain } = fc.letrec<{ node: Node; chain: readonly Node[] }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({
      kind: fc.constantFrom('post', 'get', 'ask'),
      delay: fc.boolean(),
      caught: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('if'), value: fc.boolean(), yes: tie('chain'), no: tie('chain') }),
    fc.record({ kind: fc.constant('parallel'), branches: fc.array(tie('chain'), { minLength: 2, maxLength: 3 }) }),
  ),
  chain: fc.array(tie('node'), { maxLength: 3 }),
}));

/** Writes a chain of nodes as CACAO steps that end at `next`, and returns the id of the first. */
function write(nodes: readonly Node[], next: string, steps: Record<string, unknown>): string {
  return nodes.reduceRight((following, node) => {
    const id = `step-${Object.keys(steps).length}`;
    steps[id] = {}; // takes the id before the steps inside do
    steps[id] = toStep(node, following, steps);
    return id;
  }, next);
}

function toStep(node: Node, next: string, steps: Record<string, unknown>): unknown {
  switch (node.kind) {
    case 'if':
      return {
        type: 'if-condition',
        condition: String(node.value),
        on_true: write(node.yes, 'end', steps),
        on_false: write(node.no, 'end', steps),
        ...(next !== 'end' && { on_completion: next }),
      };
    case 'parallel':
      return {
        type: 'parallel',
        next_steps: node.branches.map((branch) => write(branch, 'end', steps)),
        ...(next !== 'end' && { on_completion: next }),
      };
    case 'post':
    case 'get':
    case 'ask': {
      const ways = node.caught
        ? { on_completion: undefined, on_success: next, on_failure: next }
        : { on_completion: next };
      const rest = { ...ways, ...(node.delay && { delay: 10 }) };
      if (node.kind === 'ask') return manualStep(rest);
      return httpStep(rest, { command: `${node.kind.toUpperCase()} /x HTTP/1.1` });
    }
  }
}

function readChain(nodes: readonly Node[]) {
  const steps: Record<string, unknown> = {};
  const first = write(nodes, 'end', steps);
  const document = playbookDocument(steps);
  return readAcceptedPlaybook({
    ...document,
    workflow: { ...steps, start: { type: 'start', on_completion: first }, end: { type: 'end' } },
  });
}

const mishaps = fc.array(fc.constantFrom<Mishap>('none', 'before_journal', 'before_sending', 'after_sending'), {
  maxLength: 30,
});
const exchanges: fc.Arbitrary<readonly Exchange[]> = fc.array(
  fc.oneof(
    fc.constantFrom(200, 204, 404, 500, 503).map((status): Exchange => ({ kind: 'answered', status, body: '' })),
    fc.constantFrom('lost' as const, 'not_sent' as const).map((kind): Exchange => ({ kind, detail: kind })),
  ),
  { maxLength: 30 },
);

const FINAL: ReadonlySet<string> = new Set(['succeeded', 'simulated']);

/** Runs to the end with the given mishaps, a person approving whatever waits. No finished effect may begin again. */
function drive(world: World, all: readonly Mishap[]) {
  for (let turn = 0; turn < 1_000; turn += 1) {
    const done = new Set(
      [...latestEntries(world.journal())].flatMap(([key, { state, dueAt }]) =>
        FINAL.has(state) || (state === 'failed' && dueAt === null) ? [key] : [],
      ),
    );
    const planned = world.turn(all[turn] ?? 'none');
    for (const { stepId, effect } of planned.begin) expect(done).not.toContain(effectKey(stepId, effect));
    if (planned.next.kind === 'end' && (all[turn] ?? 'none') === 'none') return planned.next;
    if (planned.next.kind === 'idle') world.approveAll();
  }
  throw new Error('the run does not end');
}

const isPost = (playbook: Playbook, stepId: string): boolean => {
  const step = playbook.steps.get(stepId);
  return step?.type === 'action' && step.commands.some(({ command }) => command?.startsWith('POST'));
};

describe('whatever the workflow, the answers, and wherever processes die', () => {
  test('a finished step never begins again, a POST is sent at most once, and the run ends', () => {
    fc.assert(
      fc.property(chain, mishaps, exchanges, (nodes, all, answers) => {
        const playbook = readChain(nodes);
        let asked = 0;
        const world = createWorld(playbook, {
          exchange: () => answers[asked++] ?? { kind: 'answered', status: 200, body: '' },
        });
        drive(world, all);
        const posts = [...world.sent].filter(([key]) => isPost(playbook, key.replace('run:', '')));
        expect(posts.filter(([, times]) => times > 1)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('deaths change nothing of which steps happen and how the run ends', () => {
    const executed = (world: World) => new Set(world.journal().map(({ stepId }) => stepId));
    fc.assert(
      fc.property(chain, mishaps, (nodes, all) => {
        const playbook = readChain(nodes);
        const [calm, stormy] = [createWorld(playbook), createWorld(playbook)];
        const end = drive(calm, []);
        expect(drive(stormy, all)).toEqual(end);
        expect(executed(stormy)).toEqual(executed(calm));
      }),
      { numRuns: 200 },
    );
  });

  test('a dry run sends nothing and waits for nobody', () => {
    fc.assert(
      fc.property(chain, (nodes) => {
        const world = createWorld(readChain(nodes), { dryRun: true });
        expect(world.turn('none').next).toMatchObject({ kind: 'end', outcome: 'succeeded' });
        expect(world.sent.size).toBe(0);
      }),
    );
  });
});
