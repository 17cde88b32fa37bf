/** Whether a node may be secured by its own set-up at all; asked before planning and again before touching anything. */
import type { ChangeOf } from '../../../domain/change.ts';
import { type AppError, appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { readYamlSettings } from '../../../text/yaml-settings.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { readFile } from '../../host-files.ts';
import { readDataPaths, refuseOperatorsData } from '../../securing/data.ts';
import { type SkipCondition, skipConditions } from './skip-conditions.ts';

type Change = Omit<ChangeOf<'es-auto-configuration'>, 'kind'>;

function skipped(condition: SkipCondition): AppError {
  return condition.kind === 'cluster'
    ? appError(
        'PRECONDITION_FAILED',
        `${condition.words} (${condition.settings.join(', ')})`,
        'Secure the cluster as a whole by hand, as the finding says.',
        { hostState: 'unchanged' },
      )
    : appError('ES_AUTOCONFIG_SKIPPED', condition.words, 'Assess the host again and make a new plan.', {
        hostState: 'unchanged',
      });
}

function refused(message: string, nextStep: string): Result<never> {
  return fail(appError('PRECONDITION_FAILED', message, nextStep, { hostState: 'unchanged' }));
}

/** The yml as it is; errors for everything about it that forbids the change. */
async function checkYml(change: Change, context: ChangeContext): Promise<Result<string>> {
  const path = `${change.install.pathConf}/elasticsearch.yml`;
  const file = await readFile(context.host, path);
  if (!file.ok) {
    return file;
  }
  if (file.value === 'absent' || file.value.type !== 'file') {
    return fail(
      appError(
        'FILE_NOT_REGULAR',
        `${path} is missing or a link; Elasticsearch then skips its security set-up.`,
        'Put the file itself in this place.',
        {
          hostState: 'unchanged',
        },
      ),
    );
  }
  const text = new TextDecoder().decode(file.value.bytes);
  const read = readYamlSettings(text);
  if (!read.ok) {
    return fail(
      appError(
        'YAML_INVALID',
        `elasticsearch.yml, line ${read.line}: ${read.message}`,
        'Correct the line and assess again.',
        { hostState: 'unchanged' },
      ),
    );
  }
  if (read.duplicates.length > 0) {
    return fail(
      appError(
        'YAML_AMBIGUOUS',
        `elasticsearch.yml gives ${read.duplicates.join(', ')} more than once.`,
        'Keep one of the lines and assess again.',
        {
          hostState: 'unchanged',
        },
      ),
    );
  }
  const condition = skipConditions(read.settings, change.removeSettings)[0];
  return condition === undefined ? succeed(text) : fail(skipped(condition));
}

/** Errors: PRECONDITION_FAILED, ES_AUTOCONFIG_SKIPPED, ES_HAS_DATA, FILE_NOT_REGULAR, YAML_INVALID, YAML_AMBIGUOUS. Reads only. */
export async function checkPreconditions(change: Change, context: ChangeContext): Promise<Result<void>> {
  const { install } = change;
  if (Number.parseInt(install.version, 10) < 8) {
    return refused(
      `Elasticsearch ${install.version} has no automatic security set-up.`,
      'Follow the manual steps of the finding.',
    );
  }
  if (install.unit === undefined) {
    return refused(
      'No systemd unit starts this node.',
      'Give it a unit, or follow the manual steps of the finding.',
    );
  }
  const yml = await checkYml(change, context);
  if (!yml.ok) {
    return yml;
  }
  const data = await readDataPaths(context, install);
  if (!data.ok) {
    return data;
  }
  const filled = data.value.filter((path) => path.state === 'filled');
  if (filled.length > 0 && !change.setAsideData) {
    return fail(
      appError(
        'ES_HAS_DATA',
        `${filled.map((path) => path.path).join(', ')} is not empty.`,
        'Assess the host again and make a new plan.',
        {
          hostState: 'unchanged',
        },
      ),
    );
  }
  return await refuseOperatorsData(context, install, data.value, change.elasticPasswordRef);
}
