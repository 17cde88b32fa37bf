import type { IpcMainInvokeEvent } from 'electron';
import { describe, expect, it } from 'vitest';
import { isTrustedSender } from './trusted-sender.ts';

type Asked = Pick<IpcMainInvokeEvent, 'senderFrame' | 'sender'>;

/** Frames and contents as Electron would hand them over; only what is looked at is there. */
function call(more: {
  readonly origin?: string;
  readonly id?: number;
  readonly frame?: 'main' | 'child' | 'gone';
}): Asked {
  const mainFrame = { origin: more.origin ?? 'bulwark://app' };
  const senderFrame =
    more.frame === 'gone' ? null : more.frame === 'child' ? { origin: 'bulwark://app' } : mainFrame;
  return { sender: { id: more.id ?? 1, mainFrame }, senderFrame } as unknown as Asked;
}

describe('who may call', () => {
  it('is the top frame of our window at our origin', () => {
    expect(isTrustedSender(call({}), 1)).toBe(true);
  });

  // security: a frame inside the window cannot call, not even one of our own origin
  it('is no frame inside it', () => {
    expect(isTrustedSender(call({ frame: 'child' }), 1)).toBe(false);
  });

  // security: a frame that is gone cannot call
  it('is no frame that is gone', () => {
    expect(isTrustedSender(call({ frame: 'gone' }), 1)).toBe(false);
  });

  // security: another window cannot call
  it('is no other window, and nobody before there is a window', () => {
    expect(isTrustedSender(call({ id: 2 }), 1)).toBe(false);
    expect(isTrustedSender(call({}), undefined)).toBe(false);
  });

  // security: a page of another origin in our window cannot call
  it.each([
    'null',
    '',
    'https://app',
    'bulwark://app.evil',
    'bulwark://other',
    'file://',
    'bulwark://app:80',
  ])('is no page at %j', (origin) => {
    expect(isTrustedSender(call({ origin }), 1)).toBe(false);
  });
});
