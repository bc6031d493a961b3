import type { EndpointSpec } from '../endpoint.ts';
import { ListConnectors } from './connectors.ts';
import {
  DeletePlaybook,
  ExportPlaybook,
  GetPlaybook,
  ImportPlaybook,
  ListPlaybooks,
  UpdatePlaybook,
} from './playbooks.ts';
import { CancelRun, DecideStep, GetRun, ListRuns, StartRun } from './runs.ts';
import { CreateTrigger, DeleteTrigger, GetTrigger, ListTriggers, ReplaceTrigger } from './triggers.ts';

/** Every endpoint the response service answers. */
export const responseEndpoints: readonly EndpointSpec[] = [
  ImportPlaybook,
  ListPlaybooks,
  GetPlaybook,
  ExportPlaybook,
  UpdatePlaybook,
  DeletePlaybook,
  CreateTrigger,
  ListTriggers,
  GetTrigger,
  ReplaceTrigger,
  DeleteTrigger,
  StartRun,
  ListRuns,
  GetRun,
  CancelRun,
  DecideStep,
  ListConnectors,
];
