/** Main's end of the engine host: starts it, carries calls and events, notices when it dies. */
import { type UtilityProcess, utilityProcess } from 'electron';
import type { Answer } from '../../shared/contract/derive.ts';
import { appError } from '../../shared/domain/error.ts';
import type { FromEngine, StartOptions, ToEngine } from '../engine-host/messages.ts';

export type DesktopMethods = Readonly<Record<string, (...input: readonly unknown[]) => Promise<unknown>>>;

export interface EngineProcess {
  call(group: string, name: string, input: unknown): Promise<Answer<unknown>>;
  stop(): Promise<void>;
}

const stopPatienceMilliseconds = 5000;

export function startEngine(
  entry: string,
  options: StartOptions,
  desktop: DesktopMethods,
  onEvent: (name: string, value: unknown) => void,
  onLog: (line: string) => void,
  onDeath: () => void,
): EngineProcess {
  const waiting = new Map<number, (answer: Answer<unknown>) => void>();
  let nextId = 1;
  let stopping = false;
  let stopped: (() => void) | undefined;
  let alive = true;
  let started: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    started = resolve;
  });

  const child: UtilityProcess = utilityProcess.fork(entry, [], {
    serviceName: 'Bulwark engine',
    stdio: 'pipe',
    // A small environment of our own: nothing of the operator's shell reaches the engine by accident.
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      TZ: process.env['TZ'] ?? '',
      LANG: 'C.UTF-8',
    },
  });
  child.stdout?.on('data', (chunk: Buffer) => onLog(chunk.toString('utf8').trimEnd()));
  child.stderr?.on('data', (chunk: Buffer) => onLog(chunk.toString('utf8').trimEnd()));

  function say(message: ToEngine): void {
    child.postMessage(message);
  }

  async function serveDesktop(message: Extract<FromEngine, { type: 'desktop' }>): Promise<void> {
    try {
      const method = Object.hasOwn(desktop, message.method) ? desktop[message.method] : undefined;
      if (method === undefined) throw new Error(`unknown desktop method ${message.method}`);
      say({ type: 'desktop-answer', id: message.id, value: await method(...message.input) });
    } catch (cause) {
      say({
        type: 'desktop-answer',
        id: message.id,
        value: null,
        failed: cause instanceof Error ? cause.message : String(cause),
      });
    }
  }

  child.on('message', (message: FromEngine) => {
    switch (message.type) {
      case 'ready':
        started();
        break;
      case 'answer':
        waiting.get(message.id)?.(message.answer);
        waiting.delete(message.id);
        break;
      case 'event':
        onEvent(message.name, message.value);
        break;
      case 'desktop':
        void serveDesktop(message);
        break;
      case 'log':
        onLog(message.line);
        break;
      case 'stopped':
        stopped?.();
        break;
    }
  });
  child.on('exit', () => {
    alive = false;
    started();
    for (const answer of waiting.values()) answer(died());
    waiting.clear();
    stopped?.();
    if (!stopping) onDeath();
  });
  say({ type: 'start', options });

  function died(): Answer<never> {
    return {
      ok: false,
      error: appError(
        'INTERNAL',
        'The part of Bulwark that talks to hosts stopped.',
        'What was begun is in the journal. Restart Bulwark: it offers to verify or take back what was interrupted.',
        { hostState: 'unknown' },
      ),
    };
  }

  return {
    async call(group, name, input) {
      await ready;
      if (!alive) return died();
      const id = nextId++;
      return await new Promise((resolve) => {
        waiting.set(id, resolve);
        say({ type: 'call', id, group, name, input });
      });
    },
    async stop() {
      if (!alive) return;
      stopping = true;
      await new Promise<void>((resolve) => {
        stopped = resolve;
        say({ type: 'stop' });
        setTimeout(resolve, stopPatienceMilliseconds).unref();
      });
      child.kill();
    },
  };
}
