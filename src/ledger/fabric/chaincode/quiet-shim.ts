// First import of a chaincode's entry: fabric-shim reads its log level when it is loaded, and at its default writes two
// lines a call.
process.env.CORE_CHAINCODE_LOGGING_LEVEL ??= 'ERROR';
// The shim calls a method of its server that is no longer needed, which grpc-js would report at each start.
process.noDeprecation = true;
