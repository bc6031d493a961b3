import { z } from 'zod';
import type { Stack } from './stack.ts';

/** Stores a text as evidence through the published port; its id. */
export async function storeEvidence({ gatewayUrl }: Stack, token: string, content: string): Promise<string> {
  const answer = await fetch(`${gatewayUrl}/api/v1/storage/objects?filename=notes.txt`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: content,
  });
  if (answer.status !== 201) throw new Error(`evidence was answered ${answer.status}: ${await answer.text()}`);
  return z.object({ id: z.string() }).parse(await answer.json()).id;
}
