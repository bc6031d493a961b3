import type { ServerResponse } from 'node:http';
import type { Principal } from '@soc/identity';

const SWITCHING_PROTOCOLS = 101;

/** Event streams and websockets that are open. They never end by themselves: a gateway that stops must end them, and so must a revocation. */
export interface OpenStreams {
  readonly add: (answer: ServerResponse, principal: Principal | undefined) => void;
  /** Ends those of the principals that match. */
  readonly endOf: (matches: (principal: Principal) => boolean) => void;
  readonly endAll: () => void;
}

/** An event stream ends like any answer; a connection that has become something else, or may yet, knows no end but its own. */
function end(answer: ServerResponse): void {
  if (answer.headersSent && answer.statusCode !== SWITCHING_PROTOCOLS) answer.end();
  else answer.socket?.destroy();
}

export function createOpenStreams(): OpenStreams {
  const open = new Map<ServerResponse, Principal | undefined>();
  return {
    add: (answer, principal) => {
      open.set(answer, principal);
      answer.once('close', () => open.delete(answer));
    },
    endOf: (matches) => {
      for (const [answer, principal] of open) if (principal && matches(principal)) end(answer);
    },
    endAll: () => {
      for (const answer of open.keys()) end(answer);
    },
  };
}
