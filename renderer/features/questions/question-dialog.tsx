/** The frame of a question: the careful choice has the focus, and closing it is the careful choice. */
import { type ReactNode, useId } from 'react';
import type { AppError } from '../../../shared/domain/error.ts';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Modal, ModalBody, ModalFooter, ModalHeader, ModalVariant } from '../../ui/patternfly.ts';

export function QuestionFrame({
  title,
  children,
  footer,
  error,
  onClose,
  wide = false,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly footer: ReactNode;
  readonly error?: AppError | undefined;
  readonly onClose: () => void;
  readonly wide?: boolean;
}) {
  const id = useId();
  return (
    <Modal
      isOpen
      variant={wide ? ModalVariant.medium : ModalVariant.small}
      aria-labelledby={id}
      elementToFocus="[data-first-focus]"
      onClose={onClose}
    >
      <ModalHeader title={title} labelId={id} />
      <ModalBody>
        {children}
        {error !== undefined && <ErrorPanel error={error} />}
      </ModalBody>
      <ModalFooter>{footer}</ModalFooter>
    </Modal>
  );
}
