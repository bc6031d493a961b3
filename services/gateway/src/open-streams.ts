import type { ServerResponse } from 'node:http';

/** Event streams that are open. They never end by themselves, so a gateway that stops must end them. */
export interface OpenStreams {
  readonly add: (answer: ServerResponse) => void;
  readonly endAll: () => void;
}

export function createOpenStreams(): OpenStreams {
  const open = new Set<ServerResponse>();
  return {
    add: (answer) => {
      open.add(answer);
      answer.once('close', () => open.delete(answer));
    },
    endAll: () => {
      for (const answer of open) answer.end();
    },
  };
}
