import { Modal, ModalBody, ModalHeader, ModalVariant } from '../ui/patternfly.ts';
import { shortcuts } from './keyboard.ts';
import { useUi } from './ui-store.ts';

export function ShortcutList() {
  const open = useUi((ui) => ui.shortcuts);
  return (
    <Modal
      variant={ModalVariant.small}
      isOpen={open}
      onClose={() => useUi.setState({ shortcuts: false })}
      aria-labelledby="shortcuts-title"
    >
      <ModalHeader title="Keys" labelId="shortcuts-title" />
      <ModalBody>
        <dl className="keys">
          {shortcuts.map((shortcut) => (
            <div key={shortcut.keys}>
              <dt>
                <kbd>{shortcut.keys}</kbd>
              </dt>
              <dd>{shortcut.does}</dd>
            </div>
          ))}
        </dl>
      </ModalBody>
    </Modal>
  );
}
