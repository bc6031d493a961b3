import { ExtractObservables } from '@soc/contracts/intel/lookup';
import { route } from '@soc/service-kit';
import { extractObservables } from '../domain/extract.ts';

export const extractObservablesRoute = () =>
  route(ExtractObservables, ({ body }) => Promise.resolve({ observables: [...extractObservables(body.text)] }));
