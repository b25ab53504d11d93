//! What both services over gRPC have in common: the frame around a call.

/// Implements a service: each call has one request and one answer, is told what the request
/// carries besides (who calls, from where), and stands with its feature.
macro_rules! calls {
    ($service:ident; $($call:ident: $request:ident => $response:ident,)*) => {
        #[tonic::async_trait]
        impl $service for Service {
            $(async fn $call(
                &self,
                request: Request<api::$request>,
            ) -> Result<Response<api::$response>, Status> {
                let (_, extensions, message) = request.into_parts();
                match Service::$call(self, &extensions, message).await {
                    Ok(answer) => Ok(Response::new(answer)),
                    Err(problem) => Err(proto::failure::status(&problem)),
                }
            })*
        }
    };
}

pub(crate) use calls;
