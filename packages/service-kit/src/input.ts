import type { EndpointSpec, ProblemError } from '@soc/contracts';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { invalidRequest } from './problems.ts';

function fieldErrors(part: string, issues: readonly z.core.$ZodIssue[]): readonly ProblemError[] {
  return issues.flatMap((issue): ProblemError[] => {
    const path = [part, ...issue.path.map(String)].join('.');
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
    return issue.keys.map((key) => ({ path: `${path}.${key}`, message: 'unknown field' }));
  });
}

/** Params, query and body as their schemas give them. Throws the 400 that names every bad field of all three. */
export function parseInput(spec: EndpointSpec, request: FastifyRequest) {
  const errors: ProblemError[] = [];
  const parse = (part: 'params' | 'query' | 'body', schema: z.ZodType | undefined, value: unknown): unknown => {
    if (!schema) return part === 'body' ? value : undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    errors.push(...fieldErrors(part, parsed.error.issues));
    return undefined;
  };
  const params = parse('params', spec.params, request.params);
  const query = parse('query', spec.query, request.query);
  const body = parse('body', spec.body, request.body);
  if (request.url.includes('%00')) errors.push({ path: 'url', message: 'NUL is not accepted' });
  if (errors.length > 0) throw invalidRequest(errors);
  return { params, query, body };
}
