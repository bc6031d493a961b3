import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { textOf } from './sources.ts';

const Labels = z.record(z.string(), z.string());

const Container = z.object({
  image: z.string(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  securityContext: z.record(z.string(), z.unknown()),
  resources: z.object({ limits: z.record(z.string(), z.union([z.string(), z.number()])) }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() })),
  livenessProbe: z.unknown(),
  readinessProbe: z.unknown(),
});

const Source = z.object({
  secret: z.object({ name: z.string(), items: z.array(z.object({ key: z.string(), path: z.string() })) }),
});

const Deployment = z.object({
  kind: z.literal('Deployment'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.number().optional(),
    strategy: z.object({ type: z.string() }),
    template: z.object({
      metadata: z.object({ labels: Labels }),
      spec: z.object({
        automountServiceAccountToken: z.boolean(),
        enableServiceLinks: z.boolean(),
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.record(z.string(), z.unknown()),
        containers: z.tuple([Container]),
        volumes: z.array(z.object({ name: z.string(), projected: z.object({ sources: z.array(Source) }).optional() })),
      }),
    }),
  }),
});
export type Deployment = z.infer<typeof Deployment>;

const Peer = z.record(z.string(), z.unknown());
const Ports = z.array(z.object({ port: z.number(), protocol: z.string() }));
const NetworkPolicy = z.object({
  kind: z.literal('NetworkPolicy'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    podSelector: z.object({ matchLabels: Labels }),
    policyTypes: z.array(z.string()),
    ingress: z.array(z.object({ from: z.array(Peer).optional(), ports: Ports })).optional(),
    egress: z.array(z.object({ to: z.array(Peer).optional(), ports: Ports.optional() })).optional(),
  }),
});

const Any = z.object({ kind: z.string(), metadata: z.object({ name: z.string() }), spec: z.unknown().optional() });

/** The objects of a file as the API of Kubernetes would take them; a key that is there twice throws. */
export function readObjects(file: string) {
  const documents = parseAllDocuments(textOf(file), { merge: true });
  const all = ('empty' in documents ? [] : documents).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return Any.parse(document.toJS());
  });
  const ofKind = (kind: string) => all.filter((each) => each.kind === kind);
  return {
    ofKind,
    deployments: new Map(
      ofKind('Deployment')
        .map((each) => Deployment.parse(each))
        .map((each) => [each.metadata.name, each]),
    ),
    policies: ofKind('NetworkPolicy').map((each) => NetworkPolicy.parse(each)),
  };
}

/** What a container is told, by name. */
export const environmentOf = (deployment: Deployment | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(deployment?.spec.template.spec.containers[0].env.map(({ name, value }) => [name, value]) ?? []);

/** The files of Secrets that a pod is given. */
export const filesOf = (deployment: Deployment | undefined): readonly string[] =>
  deployment?.spec.template.spec.volumes
    .flatMap(({ projected }) => projected?.sources ?? [])
    .flatMap(({ secret }) => secret.items.map((item) => item.path)) ?? [];
