import { OperatorError } from '../operator-error.ts';
import { addAuthority, certificateTerms, renewCertificates, retireAuthority } from '../tls/renew-certificates.ts';
import type { Command } from './command.ts';
import { dataDirOf, dataDirOption } from './fleet-arguments.ts';

const TRUST = 'whoever connects to PostgreSQL or Redis';

/** What each step does, and asks for next. */
const STEPS = {
  status: { take: async () => undefined, next: [] },
  renew: {
    take: renewCertificates,
    next: ['Restart PostgreSQL (replicas first) and Redis: they read their certificates when they start.'],
  },
  'new-authority': { take: addAuthority, next: [`Restart ${TRUST}, then say npm run soc -- certificates renew.`] },
  'retire-authority': { take: retireAuthority, next: [`Restart ${TRUST}: until then the old authority is trusted.`] },
} as const;

const isStep = (text: string | undefined): text is keyof typeof STEPS =>
  text !== undefined && Object.hasOwn(STEPS, text);

export const certificatesCommand: Command = {
  name: 'certificates',
  summary:
    'Tell or renew the certificates of a set-up of soc init, or change their authority with both trusted meanwhile.',
  synopsis: 'status | renew | new-authority | retire-authority',
  options: [{ ...dataDirOption, help: 'The folder of soc init: .soc/compose or .soc/kubernetes.' }],
  run: async (input) => {
    const [step, ...rest] = input.positionals;
    const dataDirectory = dataDirOf(input);
    const now = new Date();
    if (rest.length > 0) throw new OperatorError('Say soc certificates and one word.');
    if (!isStep(step)) {
      throw new OperatorError('Say soc certificates status, renew, new-authority or retire-authority.');
    }
    await STEPS[step].take(dataDirectory, now);
    for (const { name, validUntil, isOfNext, isBrokenOff } of await certificateTerms(dataDirectory)) {
      const of = isOfNext && name !== 'next authority' ? ', of the next authority' : '';
      const but = isBrokenOff ? ', not handed out: a step was broken off, say it again' : '';
      input.print(`${name.padEnd(16)} until ${validUntil.toISOString().slice(0, 10)}${of}${but}`);
    }
    for (const line of STEPS[step].next) input.print(line);
    return 0;
  },
};
