import { GetAlertTimeline } from '@soc/contracts/alert/timeline';
import { CommentAdded } from '@soc/contracts';
import { AddComment, ListComments } from '@soc/contracts/alert/triage';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { postAlert } from '../arrange.fixture.ts';

let service: TestService;
let id: string;
beforeAll(async () => {
  service = await startTestService(alertService);
  id = await postAlert(service);
});
afterAll(() => service.close());

test('comments are listed in their order, page by page, and are part of the timeline', async () => {
  const token = service.tokens.analyst;
  for (const text of ['one', 'two', 'three']) {
    const { status, body } = await service.call(AddComment, { params: { id }, body: { text }, token });
    expect([status, body.text, body.author.name]).toEqual([201, text, 'Test analyst']);
  }
  const first = await service.call(ListComments, { params: { id }, query: { limit: 2 } });
  const cursor = first.body.nextCursor ?? '';
  const second = await service.call(ListComments, { params: { id }, query: { limit: 2, cursor } });
  expect([first.status, [...first.body.items, ...second.body.items].map(({ text }) => text)]).toEqual([
    200,
    ['one', 'two', 'three'],
  ]);

  const page = await service.call(GetAlertTimeline, { params: { id }, query: { limit: 2 } });
  const rest = await service.call(GetAlertTimeline, { params: { id }, query: { cursor: page.body.nextCursor ?? '' } });
  expect([page.status, [...page.body.items, ...rest.body.items].map(({ summary }) => summary)]).toEqual([
    200,
    ['received from api', 'one', 'two', 'three'],
  ]);
});

test('a comment sent twice with one Idempotency-Key is one comment', async () => {
  const alertId = await postAlert(service);
  const headers = { 'idempotency-key': 'comment' };
  const send = (text: string) => service.call(AddComment, { params: { id: alertId }, body: { text }, headers });
  const [first, second, other] = [await send('once'), await send('once'), await send('another')];
  expect(second.body).toEqual(first.body);
  expect([other.status, other.problem?.code]).toEqual([422, 'idempotency.key_reused']);
  const { body } = await service.call(ListComments, { params: { id: alertId } });
  expect(body.items).toEqual([first.body]);
});

test('an alert that is not there has no comments', async () => {
  const params = { id: '00000000-0000-7000-8000-00000000abcd' };
  const answers = [
    await service.call(ListComments, { params }),
    await service.call(AddComment, { params, body: { text: 'hello' } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404]);
});

test('a comment is told of on the bus', async () => {
  const alertId = await postAlert(service);
  const { body } = await service.call(AddComment, { params: { id: alertId }, body: { text: 'to be searched' } });
  const [told] = await service.published(CommentAdded, { where: ({ subject }) => subject === alertId });
  expect(told?.data.comment).toEqual(body);
});
