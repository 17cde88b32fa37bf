/**
 * The PatternFly parts that the window uses, by their own files: the whole package would bring every component's styles
 * along and make each test load hundreds of modules.
 */
export { Button } from '@patternfly/react-core/dist/esm/components/Button/index.js';
export { Checkbox } from '@patternfly/react-core/dist/esm/components/Checkbox/index.js';
export {
  Form,
  FormGroup,
  FormHelperText,
} from '@patternfly/react-core/dist/esm/components/Form/index.js';
export { HelperText, HelperTextItem } from '@patternfly/react-core/dist/esm/components/HelperText/index.js';
export {
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  ModalVariant,
} from '@patternfly/react-core/dist/esm/components/Modal/index.js';
export { Radio } from '@patternfly/react-core/dist/esm/components/Radio/index.js';
export { TextArea } from '@patternfly/react-core/dist/esm/components/TextArea/index.js';
export { TextInput } from '@patternfly/react-core/dist/esm/components/TextInput/index.js';
export {
  Caption,
  Table,
  Tbody,
  Td,
  Th,
  Thead,
  Tr,
} from '@patternfly/react-table/dist/esm/components/Table/index.js';
