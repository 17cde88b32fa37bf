/** Who looks after which security feature, with the chosen deployment type lit. */
import { type DeploymentType, deploymentTypes, featureMatrix } from '../../../shared/domain/deployment.ts';
import { deploymentShort, responsibilityWords } from '../../copy/words.ts';
import { Caption, Table, Tbody, Td, Th, Thead, Tr } from '../../ui/patternfly.ts';

export function FeatureMatrix({ chosen }: { readonly chosen: DeploymentType }) {
  return (
    <div className="table-scroll" role="group" aria-label="Scrolls sideways" tabIndex={0}>
      <Table role="table" variant="compact" className="matrix" gridBreakPoint="">
        <Caption className="sr-only">Who looks after which security feature</Caption>
        <Thead>
          <Tr>
            <Th scope="col">Feature</Th>
            {deploymentTypes.map((type) => (
              <Th key={type} scope="col" className={type === chosen ? 'matrix-chosen' : ''}>
                {deploymentShort[type]}
                {type === chosen && <span className="sr-only"> (chosen)</span>}
              </Th>
            ))}
          </Tr>
        </Thead>
        <Tbody>
          {featureMatrix.map((row) => (
            <Tr key={row.feature}>
              <Th scope="row">{row.feature}</Th>
              {deploymentTypes.map((type) => (
                <Td key={type} className={type === chosen ? 'matrix-chosen' : ''}>
                  <span className={`whose whose-${row.by[type]}`}>
                    <span className="whose-mark" aria-hidden="true" />
                    {responsibilityWords[row.by[type]]}
                  </span>
                </Td>
              ))}
            </Tr>
          ))}
        </Tbody>
      </Table>
    </div>
  );
}
