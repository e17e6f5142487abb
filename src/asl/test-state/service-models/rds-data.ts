/**
 * Responses of rds-data, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
BatchExecuteStatement BatchExecuteStatementResponse
BeginTransaction BeginTransactionResponse
CommitTransaction CommitTransactionResponse
ExecuteSql ExecuteSqlResponse
ExecuteStatement ExecuteStatementResponse
RollbackTransaction RollbackTransactionResponse

BatchExecuteStatementResponse updateResults:[UpdateResult]
UpdateResult generatedFields:[Field]
Field isNull:b booleanValue:b longValue:n doubleValue:n stringValue:s blobValue:s arrayValue:ArrayValue
ArrayValue booleanValues:[b] longValues:[n] doubleValues:[n] stringValues:[s] arrayValues:[ArrayValue]
BeginTransactionResponse transactionId:s0-192
CommitTransactionResponse transactionStatus:s0-128
ExecuteSqlResponse sqlStatementResults:[SqlStatementResult]
SqlStatementResult resultFrame:ResultFrame numberOfRecordsUpdated:n
ResultFrame resultSetMetadata:ResultSetMetadata records:[Record]
ResultSetMetadata columnCount:n columnMetadata:[ColumnMetadata]
ColumnMetadata name:s type:n typeName:s label:s schemaName:s tableName:s isAutoIncrement:b isSigned:b isCurrency:b isCaseSensitive:b nullable:n precision:n scale:n arrayBaseColumnType:n
Record values:[Value]
Value isNull:b bitValue:b bigIntValue:n intValue:n doubleValue:n realValue:n stringValue:s blobValue:s arrayValues:[Value] structValue:StructValue
StructValue attributes:[Value]
ExecuteStatementResponse records:[[Field]] columnMetadata:[ColumnMetadata] numberOfRecordsUpdated:n generatedFields:[Field] formattedRecords:s
RollbackTransactionResponse transactionStatus:s0-128

`;
