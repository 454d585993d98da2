// SPDX 2.3: from what npm says of dependencies to what is in the tarball.

const DOCUMENT = 'SPDXRef-DOCUMENT'

const describedBy = (bill) =>
  bill.relationships.find(
    ({ spdxElementId, relationshipType }) => spdxElementId === DOCUMENT && relationshipType === 'DESCRIBES',
  )?.relatedSpdxElement

/** The bill of a package whose dependencies are built into its files: they are contained, not asked for. */
export function billOf(described, { file, digest }) {
  const own = describedBy(described)
  const { creationInfo } = described
  return {
    ...described,
    // SPDX knows whole seconds only.
    creationInfo: { ...creationInfo, created: creationInfo.created.replace(/\.\d+Z$/, 'Z') },
    packages: described.packages.map((part) =>
      part.SPDXID === own
        ? { ...part, packageFileName: file, checksums: [{ algorithm: 'SHA512', checksumValue: digest }] }
        : part,
    ),
    relationships: described.relationships.map((relation) =>
      relation.relationshipType === 'DEPENDENCY_OF' && relation.relatedSpdxElement === own
        ? { spdxElementId: own, relatedSpdxElement: relation.spdxElementId, relationshipType: 'CONTAINS' }
        : relation,
    ),
  }
}

/** What a reader of SPDX 2.3 would stumble over, and which of these packages are not in it, or are in it besides. */
export function complaintsAboutBill(bill, names) {
  const complaints = []
  const must = (holds, what) => holds || complaints.push(what)
  must(bill.spdxVersion === 'SPDX-2.3', `it is ${bill.spdxVersion}`)
  must(bill.SPDXID === DOCUMENT, 'the document has no id')
  must(bill.dataLicense === 'CC0-1.0', 'the document itself must be CC0-1.0')
  must(/^https?:\/\/[^#]+$/.test(bill.documentNamespace ?? ''), 'it has no namespace')
  must(bill.creationInfo?.creators?.length > 0, 'nobody has made it')
  must(/^[\d-]{10}T[\d:]{8}Z$/.test(bill.creationInfo?.created ?? ''), 'it does not say when it was made, in seconds')
  must(describedBy(bill), 'it describes nothing')

  const ids = new Set([bill.SPDXID, ...bill.packages.map(({ SPDXID }) => SPDXID)])
  must(ids.size === bill.packages.length + 1, 'an id is used twice')
  for (const { SPDXID, name, versionInfo, downloadLocation, licenseDeclared, checksums } of bill.packages) {
    must(/^SPDXRef-[a-zA-Z0-9.-]+$/.test(SPDXID), `${SPDXID} is no id`)
    must(versionInfo && downloadLocation, `${name} has no version or no origin`)
    must(licenseDeclared && licenseDeclared !== 'NOASSERTION', `${name} has no licence`)
    must(checksums?.length > 0, `${name} has no digest`)
  }
  for (const { spdxElementId, relatedSpdxElement, relationshipType } of bill.relationships)
    must(ids.has(spdxElementId) && ids.has(relatedSpdxElement), `${relationshipType} leads nowhere`)

  const contained = bill.relationships.filter(({ relationshipType }) => relationshipType === 'CONTAINS')
  must(contained.length === bill.packages.length - 1, 'what is built in must be contained')
  const listed = bill.packages.map(({ name }) => name)
  const isListed = listed.length === names.length && names.every((name) => listed.includes(name))
  must(isListed, `it lists ${listed.join(', ')}`)
  return complaints
}
