/** A form beside the work: comes from the right, keeps the focus, closes with Esc and gives the focus back. */
import { type ReactNode, useId } from 'react';
import { Modal, ModalBody, ModalFooter, ModalHeader } from './patternfly.ts';

export function SideDrawer({
  title,
  description,
  onClose,
  children,
  footer,
}: {
  readonly title: string;
  readonly description?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly footer: ReactNode;
}) {
  const id = useId();
  return (
    <Modal
      isOpen
      className="side-drawer"
      backdropClassName="side-drawer-backdrop"
      aria-labelledby={id}
      onClose={onClose}
    >
      <ModalHeader title={title} labelId={id} {...(description === undefined ? {} : { description })} />
      <ModalBody>{children}</ModalBody>
      <ModalFooter>{footer}</ModalFooter>
    </Modal>
  );
}
