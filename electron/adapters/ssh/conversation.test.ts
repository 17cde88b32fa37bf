import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Conversation } from './conversation.ts';

const nonce = '0123456789abcdef01234567';

/** Feeds a stream in pieces cut at the given places. */
function feed(talk: Conversation, stream: 'out' | 'err', bytes: Buffer, cuts: readonly number[]): boolean {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  let fits = true;
  for (const [index, end] of places.entries())
    fits = talk.take(stream, bytes.subarray(places[index - 1] ?? 0, end)) && fits;
  return fits;
}

describe('a conversation', () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  const cuts = fc.array(fc.nat(), { maxLength: 12 });

  it('gives back exactly what the script wrote, however it arrives', () => {
    fc.assert(
      fc.property(
        bytes,
        bytes,
        bytes,
        cuts,
        fc.integer({ min: 0, max: 255 }),
        (noise, out, err, at, code) => {
          const talk = new Conversation(nonce, 1000);
          feed(talk, 'out', Buffer.concat([noise, Buffer.from(`${nonce}:begin\n`), out]), at);
          const marks = `${nonce}:hello 10.0.0.7\n`;
          feed(
            talk,
            'err',
            Buffer.concat([
              noise,
              Buffer.from(marks),
              Buffer.from(`${nonce}:begin\n`),
              err,
              Buffer.from(`${nonce}:end ${code}\n`),
            ]),
            at,
          );
          expect(talk.ending?.exitCode).toBe(code);
          expect(Buffer.compare(talk.ending?.stdout ?? Buffer.alloc(0), out)).toBe(0);
          expect(Buffer.compare(talk.ending?.stderr ?? Buffer.alloc(0), err)).toBe(0);
          expect(talk.hello).toEqual({ seenFrom: '10.0.0.7' });
          expect(talk.overflowing).toBe(false);
        },
      ),
    );
  });

  it('has no ending before the last mark', () => {
    const talk = new Conversation(nonce, 1000);
    talk.take('out', Buffer.from(`${nonce}:begin\nwhole output`));
    talk.take('err', Buffer.from(`${nonce}:begin\nfoo ${nonce}:end 0`));
    expect(talk.ending).toBe(undefined);
    expect(talk.begun).toBe(true);
  });

  it('counts questions and keeps what sudo says, without our marks', () => {
    const talk = new Conversation(nonce, 1000);
    talk.take('err', Buffer.from(`${nonce}:hello \n${nonce}:password `));
    expect([talk.questions, talk.begun, talk.hello?.seenFrom]).toEqual([1, false, undefined]);
    talk.take('err', Buffer.from(`Sorry, try again.\n${nonce}:password `));
    expect([talk.questions, talk.preface]).toEqual([2, 'Sorry, try again.\n']);
  });

  it('says when a stream outgrows its cap', () => {
    const talk = new Conversation(nonce, 10);
    expect(talk.take('out', Buffer.from(`${'x'.repeat(200_000)}${nonce}:begin\n0123456789`))).toBe(true);
    expect(talk.take('out', Buffer.from('x'))).toBe(false);
  });
});
