import { expect, test } from 'vitest';
import { TargetText } from './target.ts';

test('a target is the URL of an instance, or a name whose addresses are', () => {
  const url = 'http://127.0.0.1:8002';
  expect(TargetText.parse(url)).toEqual({ kind: 'url', url });
  expect(TargetText.parse(`${url}/`)).toEqual({ kind: 'url', url });
  expect(TargetText.parse('dns://alert-service:8002')).toEqual({ kind: 'dns', host: 'alert-service', port: 8002 });
  expect(TargetText.parse('dns://a.soc.svc.cluster.local.:80/')).toMatchObject({ host: 'a.soc.svc.cluster.local.' });
});

const PLAIN = ['', 'alert:8002', 'ftp://alert:1', 'dns://alert', 'dns://alert:0', 'dns://alert:65536', 'dns://a b:1'];
const LONGER = ['/v1', '/?a=b', '/#a', '?'].map((end) => `http://alert:8002${end}`);

test.each([...PLAIN, ...LONGER, 'http://ann:secret@alert:8002'])('the target "%s" is refused', (text) => {
  expect(TargetText.safeParse(text).success).toBe(false);
});
