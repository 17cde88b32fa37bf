/** Whether a node may be secured with certificates of our own; asked before planning and again before touching anything. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { editYaml } from '../../../text/yaml-edit.ts';
import { readYamlSettings } from '../../../text/yaml-settings.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { readKeystoreFile } from '../../elasticsearch/keystore.ts';
import { askNode, at, jsonOf, type NodeDoor, probeHttp } from '../../elasticsearch/node.ts';
import { readFile } from '../../host-files.ts';
import { textOf } from '../../host-script.ts';
import { countDocuments, type Documents } from './documents.ts';
import { securedEdits } from './settings.ts';

type Change = ChangeOf<'es-own-certificates'>;

export interface Ready {
  readonly yml: string;
  /** elasticsearch.yml as it will be. */
  readonly secured: string;
  readonly documents: Documents;
}

function refused(message: string, nextStep: string): Result<never> {
  return fail(appError('PRECONDITION_FAILED', message, nextStep, { hostState: 'unchanged' }));
}

/** The yml of before and after. Errors: FILE_NOT_REGULAR, YAML_INVALID, YAML_AMBIGUOUS. */
async function planYml(
  change: Change,
  context: ChangeContext,
): Promise<Result<Pick<Ready, 'yml' | 'secured'>>> {
  const path = `${change.install.pathConf}/elasticsearch.yml`;
  const file = await readFile(context.host, path);
  if (!file.ok) {
    return file;
  }
  const unchanged = { hostState: 'unchanged' } as const;
  if (file.value === 'absent' || file.value.type !== 'file') {
    return fail(
      appError(
        'FILE_NOT_REGULAR',
        `${path} is missing or a link.`,
        'Put the file itself in this place.',
        unchanged,
      ),
    );
  }
  const yml = textOf(file.value.bytes);
  const read = readYamlSettings(yml);
  if (!read.ok) {
    const words = `elasticsearch.yml, line ${read.line}: ${read.message}`;
    return fail(appError('YAML_INVALID', words, 'Correct the line and assess again.', unchanged));
  }
  // The later of two spellings wins on the node, which can switch TLS off silently (seen on 8.19.21).
  if (read.duplicates.length > 0) {
    const words = `elasticsearch.yml gives ${read.duplicates.join(', ')} more than once.`;
    return fail(appError('YAML_AMBIGUOUS', words, 'Keep one of the lines and assess again.', unchanged));
  }
  const edited = editYaml(yml, securedEdits(read.settings, change.form));
  return edited.ok
    ? succeed({ yml, secured: edited.text })
    : fail(
        appError(
          edited.code,
          `elasticsearch.yml cannot be edited safely: ${edited.message}`,
          'Correct it by hand and assess again.',
          unchanged,
        ),
      );
}

/** A node that is one of several must be restarted together with the others. Errors: PRECONDITION_FAILED. */
export async function planData(change: Change, context: ChangeContext): Promise<Result<Documents>> {
  const speech = await probeHttp(context, change.install.httpPort);
  if (!speech.ok) {
    return speech;
  }
  if (speech.value.speaks === 'nothing') {
    return refused(
      'The node does not answer, so its documents cannot be counted before it is secured.',
      'Start the node and try again.',
    );
  }
  if (speech.value.speaks === 'tls' || speech.value.status === 401) {
    return refused(
      'The node already asks for passwords or speaks TLS.',
      'Assess the host again and follow what its findings say now.',
    );
  }
  const door: NodeDoor = { address: speech.value.address, port: change.install.httpPort, tls: false };
  const health = await askNode(
    context,
    door,
    '/_cluster/health?timeout=5s&filter_path=number_of_nodes,status',
  );
  const nodes = health.ok ? at(jsonOf(health.value), 'number_of_nodes') : undefined;
  if (typeof nodes === 'number' && nodes > 1) {
    return refused(
      `This node is one of a cluster of ${nodes}; securing it alone would cut it off.`,
      'Secure the cluster as a whole.',
    );
  }
  if (health.ok && at(jsonOf(health.value), 'status') === 'red') {
    return refused(
      'The cluster is red: some of its data is not there, so whether all of it comes back could not be told.',
      'Make the cluster whole first, then try again.',
    );
  }
  const counted = await countDocuments(context, door);
  if (!counted.ok) {
    return counted;
  }
  return nodes === 1 && counted.value !== undefined
    ? succeed(counted.value)
    : refused('The node does not say what it holds.', 'Wait until it has started completely and try again.');
}

/**
 * Reads only. Errors: PRECONDITION_FAILED (no unit, a cluster, red, protected keystore, not open), FILE_NOT_REGULAR,
 * YAML_INVALID, YAML_AMBIGUOUS.
 */
export async function checkPreconditions(change: Change, context: ChangeContext): Promise<Result<Ready>> {
  if (change.install.unit === undefined) {
    return refused(
      'No systemd unit starts this node.',
      'Give it a unit, or follow the manual steps of the finding.',
    );
  }
  const yml = await planYml(change, context);
  if (!yml.ok) {
    return yml;
  }
  const keystore = await readKeystoreFile(context, change.install.pathConf);
  if (!keystore.ok) {
    return keystore;
  }
  const documents = await planData(change, context);
  return documents.ok ? succeed({ ...yml.value, documents: documents.value }) : documents;
}
