/**
 * Responses of redshift-data, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
BatchExecuteStatement BatchExecuteStatementOutput
CancelStatement CancelStatementResponse
DescribeStatement DescribeStatementResponse
DescribeTable DescribeTableResponse
ExecuteStatement ExecuteStatementOutput
GetStatementResult GetStatementResultResponse
GetStatementResultV2 GetStatementResultV2Response
ListDatabases ListDatabasesResponse
ListSchemas ListSchemasResponse
ListStatements ListStatementsResponse
ListTables ListTablesResponse

BatchExecuteStatementOutput ClusterIdentifier:s1-63 CreatedAt:s Database:s DbGroups:[s] DbUser:s Id:s SecretArn:s SessionId:s WorkgroupName:s3-128
CancelStatementResponse Status:b
DescribeStatementResponse ClusterIdentifier:s CreatedAt:s Database:s DbUser:s Duration:n Error:s HasResultSet:b Id!:s QueryParameters:[SqlParameter] QueryString:s RedshiftPid:n RedshiftQueryId:n ResultFormat:#ResultFormatString ResultRows:n ResultSize:n SecretArn:s SessionId:s Status:#StatusString SubStatements:[SubStatementData] UpdatedAt:s WorkgroupName:s3-128
SqlParameter name!:s value!:s1-
SubStatementData CreatedAt:s Duration:n Error:s HasResultSet:b Id!:s QueryString:s RedshiftQueryId:n ResultRows:n ResultSize:n Status:#StatementStatusString UpdatedAt:s
DescribeTableResponse ColumnList:[ColumnMetadata] NextToken:s TableName:s
ColumnMetadata columnDefault:s isCaseSensitive:b isCurrency:b isSigned:b label:s length:n name:s nullable:n precision:n scale:n schemaName:s tableName:s typeName:s
ExecuteStatementOutput ClusterIdentifier:s1-63 CreatedAt:s Database:s DbGroups:[s] DbUser:s Id:s SecretArn:s SessionId:s WorkgroupName:s3-128
GetStatementResultResponse ColumnMetadata:[ColumnMetadata] NextToken:s Records!:[[Field]] TotalNumRows:n
Field blobValue:s booleanValue:b doubleValue:n isNull:b longValue:n stringValue:s
GetStatementResultV2Response ColumnMetadata:[ColumnMetadata] NextToken:s Records!:[QueryRecords] ResultFormat:#ResultFormatString TotalNumRows:n
QueryRecords CSVRecords:s
ListDatabasesResponse Databases:[s] NextToken:s
ListSchemasResponse NextToken:s Schemas:[s]
ListStatementsResponse NextToken:s Statements!:[StatementData]
StatementData CreatedAt:s Id!:s IsBatchStatement:b QueryParameters:[SqlParameter] QueryString:s QueryStrings:[s] ResultFormat:#ResultFormatString SecretArn:s SessionId:s StatementName:s0-500 Status:#StatusString UpdatedAt:s
ListTablesResponse NextToken:s Tables:[TableMember]
TableMember name:s schema:s type:s

#ResultFormatString JSON|CSV
#StatusString SUBMITTED|PICKED|STARTED|FINISHED|ABORTED|FAILED|ALL
#StatementStatusString SUBMITTED|PICKED|STARTED|FINISHED|ABORTED|FAILED
`;
