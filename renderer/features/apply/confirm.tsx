/** Asks once more, and says again what and where: for what may cut access or stop everything, and before undoing. */
import { type ReactNode, useId } from 'react';
import { Button, Modal, ModalBody, ModalFooter, ModalHeader, ModalVariant } from '../../ui/patternfly.ts';

export function Confirm({
  title,
  action,
  children,
  onConfirm,
  onClose,
}: {
  readonly title: ReactNode;
  /** The button, a verb with its object. */
  readonly action: ReactNode;
  readonly children: ReactNode;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}) {
  const id = useId();
  return (
    <Modal
      isOpen
      variant={ModalVariant.small}
      aria-labelledby={id}
      onClose={onClose}
      elementToFocus="[data-first-focus]"
    >
      <ModalHeader title={title} labelId={id} />
      <ModalBody>
        <div className="prose confirm">{children}</div>
      </ModalBody>
      <ModalFooter>
        <Button
          variant="primary"
          onClick={() => {
            onClose();
            onConfirm();
          }}
        >
          {action}
        </Button>
        <Button variant="link" data-first-focus="" onClick={onClose}>
          Go back
        </Button>
      </ModalFooter>
    </Modal>
  );
}
