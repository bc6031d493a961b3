import { addValue, type EventFields } from '../event-fields.ts';

/**
 * A request by the names of proxy and web server rules (W3C extended log format). Rules of web servers look for paths in
 * `cs-uri-query` as well, so that the whole request is among its values; rules of proxies want the host in `c-uri`.
 */
export function addWebNames(fields: EventFields, uri: string | undefined, host: string | undefined): void {
  if (uri === undefined || uri === '' || uri === '-') return;
  const scheme = uri.indexOf('://');
  const pathAt = scheme > 0 ? uri.indexOf('/', scheme + 3) : 0;
  const path = scheme > 0 ? (pathAt < 0 ? '/' : uri.slice(pathAt)) : uri;
  addValue(fields, 'c-uri', uri);
  if (scheme <= 0 && host !== undefined && host !== '' && host !== '-') {
    addValue(fields, 'c-uri', `http://${host}${path}`);
  }
  addPath(fields, path);
}

function addPath(fields: EventFields, path: string): void {
  const question = path.indexOf('?');
  const stem = question < 0 ? path : path.slice(0, question);
  if (question >= 0) {
    addValue(fields, 'cs-uri-query', path.slice(question + 1));
    addValue(fields, 'c-uri-query', path.slice(question + 1));
  }
  addValue(fields, 'cs-uri-query', path);
  addValue(fields, 'cs-uri-stem', stem);
  addValue(fields, 'c-uri-stem', stem);
  const file = stem.slice(stem.lastIndexOf('/') + 1);
  const dot = file.lastIndexOf('.');
  if (dot >= 0 && file.length - dot <= 10) addValue(fields, 'c-uri-extension', file.slice(dot + 1));
}
