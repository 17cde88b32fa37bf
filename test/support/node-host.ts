/** A LocalHost on which something listens and answers HTTP requests as a test teaches it. */
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { NodeRequest, NodeResponse, ScriptOutput, ScriptRequest } from '../../shared/engine/ports.ts';
import { LocalHost } from './local-host.ts';

export type Answer = (request: NodeRequest) => Result<NodeResponse>;

export class NodeHost extends LocalHost {
  readonly sent: NodeRequest[] = [];
  /** Undefined: nothing listens. */
  answer: Answer | undefined;

  override run(request: ScriptRequest, signal?: AbortSignal): Promise<Result<ScriptOutput>> {
    if (request.name !== 'listeners') return super.run(request, signal);
    const line = '   0: 0100007F:23F0 00000000:0000 0A 00000000:00000000 00:00000000\n';
    const stdout = new TextEncoder().encode(this.answer === undefined ? '' : line);
    return Promise.resolve(succeed({ exitCode: 0, stdout, stderr: new Uint8Array() }));
  }

  override request(request?: NodeRequest): Promise<Result<never>> {
    if (request === undefined || this.answer === undefined)
      return Promise.resolve(
        fail(
          appError('COMMAND_FAILED', 'Nothing answers.', 'Start it.', {
            hostState: 'unchanged',
            detail: 'port-closed: refused',
          }),
        ),
      );
    this.sent.push(request);
    // The base class has no node and so never answers.
    return Promise.resolve(this.answer(request) as Result<never>);
  }
}
