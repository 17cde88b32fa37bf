/** Taking back by hand, on the host itself, when the operator's machine is gone. */

/** Root's alone; it holds what the host held before, so it is as secret as that. */
export const handUndoFolder = '/var/lib/bulwark/undo';

/** What somebody types on the host. */
export const handUndoCommand = `sudo sh ${handUndoFolder}/undo`;
