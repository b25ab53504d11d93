"""Calls a method over gRPC with JSON in and out; a stream is a list. It knows no contract: it asks the server's reflection.

usage: grpc_call.py URL SERVICE/METHOD TOKEN [JSON]
"""

import json
import sys
from urllib.parse import urlparse

import grpc
from google.protobuf import json_format
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

url, path, token = sys.argv[1:4]
text = sys.argv[4] if len(sys.argv) > 4 else "{}"
service, method = path.split("/")
channel = grpc.insecure_channel(urlparse(url).netloc)
pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
contract = pool.FindServiceByName(service).FindMethodByName(method)
request = json_format.Parse(text, GetMessageClass(contract.input_type)())
call = (channel.unary_stream if contract.server_streaming else channel.unary_unary)(
    f"/{path}",
    request_serializer=lambda message: message.SerializeToString(),
    response_deserializer=GetMessageClass(contract.output_type).FromString,
)
metadata = [("authorization", f"Bearer {token}")] if token else []
try:
    answer = call(request, metadata=metadata, timeout=20)
    read = lambda message: json_format.MessageToDict(message, preserving_proto_field_name=True)
    print(json.dumps([read(it) for it in answer] if contract.server_streaming else read(answer)))
except grpc.RpcError as error:
    sys.exit(f"{error.code().name}: {error.details()}")
