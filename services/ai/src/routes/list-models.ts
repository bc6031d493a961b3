import { ListModels } from '@soc/contracts/ai/model';
import { route } from '@soc/service-kit';
import { TRIAGE_MODEL } from '../domain/model.ts';

export const listModelsRoute = () => route(ListModels, () => Promise.resolve({ items: [TRIAGE_MODEL] }));
