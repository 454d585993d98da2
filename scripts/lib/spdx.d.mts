export interface Bill {
  readonly spdxVersion: string
  readonly SPDXID: string
  readonly dataLicense: string
  readonly documentNamespace: string
  readonly creationInfo: { readonly created: string; readonly creators: readonly string[] }
  readonly packages: readonly {
    readonly SPDXID: string
    readonly name: string
    readonly versionInfo: string
    readonly downloadLocation: string
    readonly licenseDeclared: string
    readonly packageFileName?: string
    readonly checksums?: readonly { readonly algorithm: string; readonly checksumValue: string }[]
  }[]
  readonly relationships: readonly {
    readonly spdxElementId: string
    readonly relatedSpdxElement: string
    readonly relationshipType: string
  }[]
}

export function billOf(described: Bill, shipped: { readonly file: string; readonly digest: string }): Bill
export function complaintsAboutBill(bill: Bill, names: readonly string[]): string[]
