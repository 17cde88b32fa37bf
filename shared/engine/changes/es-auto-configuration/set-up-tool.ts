/** Elasticsearch's own security set-up, run in the place that is given. */
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { runTool, type ToolPlace, toolError } from '../../elasticsearch/tool.ts';

const cli = {
  name: 'auto-configure-node',
  libs: 'modules/x-pack-core,modules/x-pack-security,lib/tools/security-cli',
};

async function skipReason(context: ChangeContext, place: ToolPlace): Promise<string> {
  const again = await runTool(
    context.host,
    place,
    { program: 'bin/elasticsearch-cli', args: ['-v'], stdin: '\n', cli },
    context.signal,
  );
  return again.ok
    ? (/^Skipping security auto configuration because (.+)$/m.exec(again.value.stdout)?.[1] ?? '')
    : '';
}

/** Without a token the node becomes a cluster of its own. Errors: ES_AUTOCONFIG_SKIPPED with the reason, ES_TOOL_FAILED. */
export async function runAutoConfiguration(
  context: ChangeContext,
  place: ToolPlace,
  token: Secret | undefined,
): Promise<Result<void>> {
  const hidden =
    token === undefined ? {} : { hidden: { option: '--enrollment-token', value: token } as const };
  const ran = await runTool(
    context.host,
    place,
    { program: 'bin/elasticsearch-cli', args: [], stdin: '\n', cli, deadlineSeconds: 900, ...hidden },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  if (ran.value.exitCode === 80) {
    // With a token the tool says why without being asked again (seen on 8.19.21), and without one it would do something else.
    const reason = token === undefined ? await skipReason(context, place) : ran.value.complaint;
    return fail(
      appError(
        'ES_AUTOCONFIG_SKIPPED',
        `Elasticsearch skips its security set-up: ${reason || 'it does not say why'}`,
        'Nothing was changed. Clear the named cause and try again.',
        { hostState: 'unchanged' },
      ),
    );
  }
  return ran.value.exitCode === 0
    ? succeed(undefined)
    : fail(toolError(token === undefined ? 'make keys and certificates' : 'enrol the node', ran.value));
}
