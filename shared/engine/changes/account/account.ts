/** System accounts made and personal ones locked. */

import type { ChangeOf } from '../../../domain/change.ts';
import type { ChangeKind } from '../../change-kind.ts';
import { accountByHand } from './by-hand.ts';
import {
  applyCreate,
  type CreateChange,
  captureCreate,
  inspectCreate,
  revertCreate,
  verifyCreate,
} from './create-system.ts';
import {
  applyLock,
  captureLock,
  inspectLock,
  type LockChange,
  revertLock,
  verifyLock,
} from './lock-account.ts';

type Change = ChangeOf<'account'>;

function isCreate(change: Change): change is CreateChange {
  return change.action.do === 'create-system';
}

function isLock(change: Change): change is LockChange {
  return change.action.do === 'lock';
}

function unreachable(): never {
  throw new Error('An account change is either of two');
}

export const account: ChangeKind<'account'> = {
  kind: 'account',

  describe: (change) => ({
    title:
      change.action.do === 'create-system'
        ? `create the system account ${change.user}`
        : `lock the account ${change.user} against logins`,
    words:
      change.action.do === 'create-system'
        ? ['The account has no password, no login shell and no home directory of its own.']
        : [
            `Its password is locked and its shell becomes ${change.action.shell}.`,
            ...(change.action.leaveGroups.length === 0
              ? []
              : [`It leaves the groups ${change.action.leaveGroups.join(', ')}.`]),
            ...(change.action.authorizedKeys.length + change.action.sudoersFiles.length === 0
              ? []
              : ['Its SSH keys and sudo rules are set aside beside themselves, not deleted.']),
          ],
    blast: 'none',
    outageSeconds: 0,
    guarded: false,
  }),

  byHand: accountByHand,

  inspect: (change, context) =>
    isCreate(change)
      ? inspectCreate(change, context)
      : isLock(change)
        ? inspectLock(change, context)
        : unreachable(),
  capture: (change, context) =>
    isCreate(change)
      ? captureCreate(change, context)
      : isLock(change)
        ? captureLock(change, context)
        : unreachable(),
  apply: (change, _before, context) =>
    isCreate(change)
      ? applyCreate(change, context)
      : isLock(change)
        ? applyLock(change, context)
        : unreachable(),
  verify: (change, _mark, context) =>
    isCreate(change)
      ? verifyCreate(change, context)
      : isLock(change)
        ? verifyLock(change, context)
        : unreachable(),
  revert: (change, before, mark, context) =>
    isCreate(change)
      ? revertCreate(change, before, mark, context)
      : isLock(change)
        ? revertLock(change, before, context)
        : unreachable(),
};
