//! A Qdrant server to test against: a real one where `QDRANT_URL` names it, else a double in this process that speaks
//! the same gRPC and answers from a Qdrant Edge shard, so that filters and scores are Qdrant's own.
//!
//! The double answers the calls that Savoir makes and refuses every other by name.

mod convert;

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use qdrant_client::Qdrant;
use qdrant_client::qdrant as grpc;
use qdrant_client::qdrant::collections_server::{Collections, CollectionsServer};
use qdrant_client::qdrant::point_id::PointIdOptions;
use qdrant_client::qdrant::points_server::{Points, PointsServer};
use qdrant_edge as edge;
use serde_json::Value;
use tempfile::TempDir;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use convert::{filter, json_value, payload};

/// A server to test against.
pub struct QdrantServer {
    /// Its gRPC address.
    pub url: String,
    /// A runtime of its own: with it every open connection ends, as when a server goes away.
    serving: Option<tokio::runtime::Runtime>,
}

impl Drop for QdrantServer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl QdrantServer {
    /// The server that `QDRANT_URL` names, or a double.
    ///
    /// # Panics
    /// When the double cannot be started.
    pub fn start() -> Self {
        if let Some(url) = crate::env::variable("QDRANT_URL") {
            return Self { url, serving: None };
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let inside = runtime.enter();
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
        let url = format!("http://{}", incoming.local_addr().expect("a bound port"));
        let double = Double::default();
        let server = tonic::transport::Server::builder()
            .add_service(CollectionsServer::new(double.clone()))
            .add_service(PointsServer::new(double).max_decoding_message_size(32 << 20))
            .serve_with_incoming(incoming);
        drop(inside);
        runtime.spawn(async move { server.await.expect("the double serves") });
        Self { url, serving: Some(runtime) }
    }

    /// Whether it is a double, which a test may stop.
    #[must_use]
    pub fn is_double(&self) -> bool {
        self.serving.is_some()
    }

    /// Goes away, as servers do.
    pub fn stop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.shutdown_background();
        }
    }

    /// Deletes every collection whose name begins with `prefix`, as an operator may.
    ///
    /// # Panics
    /// When the server does not do it.
    pub async fn drop_collections(&self, prefix: &str) {
        let client = Qdrant::from_url(&self.url).skip_compatibility_check().build().expect("a client");
        let all = client.list_collections().await.expect("collections are listed");
        for collection in all.collections.iter().filter(|c| c.name.starts_with(prefix)) {
            client.delete_collection(&collection.name).await.expect("a collection is deleted");
        }
    }
}

/// A collection: a shard in a folder of its own.
struct Collection {
    shard: edge::EdgeShard,
    _folder: TempDir,
}

/// What the double holds.
#[derive(Clone, Default)]
struct Double(Arc<Mutex<HashMap<String, Collection>>>);

type Answer<T> = Result<T, Status>;

impl Double {
    fn with<T>(&self, name: &str, work: impl FnOnce(&edge::EdgeShard) -> Answer<T>) -> Answer<T> {
        let all = self.0.lock().expect("no test panicked in here");
        let missing = || Status::not_found(format!("Not found: Collection `{name}` doesn't exist!"));
        work(&all.get(name).ok_or_else(missing)?.shard)
    }

    fn change(&self, name: &str, operation: edge::UpdateOperation) -> Answer<grpc::PointsOperationResponse> {
        self.with(name, |shard| shard.update(operation).map_err(internal))?;
        Ok(grpc::PointsOperationResponse::default())
    }

    fn make(&self, asked: grpc::CreateCollection) -> Answer<grpc::CollectionOperationResponse> {
        let params = match asked.vectors_config.and_then(|c| c.config) {
            Some(grpc::vectors_config::Config::Params(params)) => params,
            _ => return Err(Status::unimplemented("the double knows one unnamed vector")),
        };
        if params.distance != grpc::Distance::Dot as i32 {
            return Err(Status::unimplemented("the double knows Dot"));
        }
        let mut all = self.0.lock().expect("no test panicked in here");
        if all.contains_key(&asked.collection_name) {
            return Err(Status::already_exists("Collection already exists!"));
        }
        let folder = TempDir::new().map_err(internal)?;
        let size = usize::try_from(params.size).map_err(internal)?;
        let vectors = edge::EdgeVectorParams::builder(size, edge::Distance::Dot).build();
        let config = edge::EdgeConfig::builder().vector("", vectors).build();
        let shard = edge::EdgeShard::new(folder.path(), config).map_err(internal)?;
        all.insert(asked.collection_name, Collection { shard, _folder: folder });
        Ok(grpc::CollectionOperationResponse { result: true, time: 0.0 })
    }

    fn drop_one(&self, asked: grpc::DeleteCollection) -> Answer<grpc::CollectionOperationResponse> {
        let result = self.0.lock().expect("no test panicked in here").remove(&asked.collection_name).is_some();
        Ok(grpc::CollectionOperationResponse { result, time: 0.0 })
    }

    fn exists(&self, asked: grpc::CollectionExistsRequest) -> Answer<grpc::CollectionExistsResponse> {
        let exists = self.0.lock().expect("no test panicked in here").contains_key(&asked.collection_name);
        Ok(grpc::CollectionExistsResponse { result: Some(grpc::CollectionExists { exists }), time: 0.0 })
    }

    fn names(&self, _: grpc::ListCollectionsRequest) -> Answer<grpc::ListCollectionsResponse> {
        let all = self.0.lock().expect("no test panicked in here");
        let collections = all.keys().map(|name| grpc::CollectionDescription { name: name.clone() }).collect();
        Ok(grpc::ListCollectionsResponse { collections, time: 0.0 })
    }

    fn index_field(&self, asked: grpc::CreateFieldIndexCollection) -> Answer<grpc::PointsOperationResponse> {
        let kind = match asked.field_type.map(grpc::FieldType::try_from) {
            Some(Ok(grpc::FieldType::Keyword)) => edge::PayloadSchemaType::Keyword,
            Some(Ok(grpc::FieldType::Integer)) => edge::PayloadSchemaType::Integer,
            _ => return Err(Status::unimplemented("the double indexes keywords and integers")),
        };
        let index = edge::CreateIndex {
            field_name: path(&asked.field_name)?,
            field_schema: Some(edge::PayloadFieldSchema::FieldType(kind)),
        };
        let operation = edge::FieldIndexOperations::CreateIndex(index);
        self.change(&asked.collection_name, edge::UpdateOperation::FieldIndexOperation(operation))
    }

    fn put(&self, asked: grpc::UpsertPoints) -> Answer<grpc::PointsOperationResponse> {
        let points = asked.points.into_iter().map(point).collect::<Answer<_>>()?;
        let list = edge::PointInsertOperations::PointsList(points);
        let operation = edge::PointOperations::UpsertPoints(list);
        self.change(&asked.collection_name, edge::UpdateOperation::PointOperation(operation))
    }

    fn take_away(&self, asked: grpc::DeletePoints) -> Answer<grpc::PointsOperationResponse> {
        use grpc::points_selector::PointsSelectorOneOf::Points;
        let Some(Points(list)) = asked.points.and_then(|p| p.points_selector_one_of) else {
            return Err(Status::unimplemented("the double deletes by identifier"));
        };
        let ids = list.ids.iter().map(edge_id).collect::<Answer<_>>()?;
        let operation = edge::PointOperations::DeletePoints { ids };
        self.change(&asked.collection_name, edge::UpdateOperation::PointOperation(operation))
    }

    fn read(&self, asked: grpc::GetPoints) -> Answer<grpc::GetResponse> {
        let ids = asked.ids.iter().map(edge_id).collect::<Answer<Vec<_>>>()?;
        let all = edge::WithPayloadInterface::Bool(true);
        let records = self.with(&asked.collection_name, |s| s.retrieve(&ids, Some(all), None).map_err(internal))?;
        let result = records.into_iter().map(|record| grpc::RetrievedPoint {
            id: Some(record.id.to_string().into()),
            payload: payload(record.payload),
            ..Default::default()
        });
        Ok(grpc::GetResponse { result: result.collect(), ..Default::default() })
    }

    fn tally(&self, asked: grpc::CountPoints) -> Answer<grpc::CountResponse> {
        let request = edge::CountRequest { filter: asked.filter.as_ref().map(filter).transpose()?, exact: true };
        let count = self.with(&asked.collection_name, |s| s.count(request).map_err(internal))? as u64;
        Ok(grpc::CountResponse { result: Some(grpc::CountResult { count }), ..Default::default() })
    }

    fn ask(&self, asked: grpc::QueryPoints) -> Answer<grpc::QueryResponse> {
        let began = Instant::now();
        let vector = nearest_to(asked.query).ok_or_else(|| Status::unimplemented("the double asks by one vector"))?;
        let query = edge::NamedQuery { query: edge::VectorInternal::Dense(vector), using: None };
        let request = edge::QueryRequest {
            prefetches: Vec::new(),
            query: Some(edge::ScoringQuery::Vector(edge::QueryEnum::Nearest(query))),
            filter: asked.filter.as_ref().map(filter).transpose()?,
            score_threshold: asked.score_threshold.map(Into::into),
            limit: usize::try_from(asked.limit.unwrap_or(10)).map_err(internal)?,
            offset: usize::try_from(asked.offset.unwrap_or(0)).map_err(internal)?,
            params: None,
            with_vector: edge::WithVector::Bool(false),
            with_payload: edge::WithPayloadInterface::Bool(true),
        };
        let points = self.with(&asked.collection_name, |s| s.query(request).map_err(internal))?;
        let result = points.into_iter().map(|point| grpc::ScoredPoint {
            id: Some(point.id.to_string().into()),
            score: point.score,
            version: point.version,
            payload: payload(point.payload),
            ..Default::default()
        });
        Ok(grpc::QueryResponse { result: result.collect(), time: began.elapsed().as_secs_f64(), usage: None })
    }
}

fn internal(error: impl std::fmt::Display) -> Status {
    Status::internal(error.to_string())
}

fn path(name: &str) -> Answer<edge::JsonPath> {
    edge::JsonPath::try_from(name).map_err(|()| Status::invalid_argument(format!("{name} is no field")))
}

fn edge_id(id: &grpc::PointId) -> Answer<edge::PointId> {
    let text = match &id.point_id_options {
        Some(PointIdOptions::Uuid(text)) => text.clone(),
        Some(PointIdOptions::Num(number)) => number.to_string(),
        None => String::new(),
    };
    text.parse().map_err(|()| Status::invalid_argument(format!("Unable to parse UUID: {text}")))
}

fn point(point: grpc::PointStruct) -> Answer<edge::PointStructPersisted> {
    let id = edge_id(&point.id.ok_or_else(|| Status::invalid_argument("a point without identifier"))?)?;
    let vector = match point.vectors.and_then(|v| v.vectors_options) {
        Some(grpc::vectors::VectorsOptions::Vector(vector)) => dense(vector),
        _ => None,
    };
    let vector = vector.ok_or_else(|| Status::unimplemented("the double knows one dense vector a point"))?;
    let payload = point.payload.into_iter().map(|(name, value)| (name, json_value(value))).collect();
    Ok(edge::PointStruct::new(id, vector, Value::Object(payload)).into())
}

fn dense(vector: grpc::Vector) -> Option<Vec<f32>> {
    match vector.vector {
        Some(grpc::vector::Vector::Dense(dense)) => Some(dense.data),
        None => {
            #[expect(deprecated, reason = "older clients send the numbers here, and so may this one")]
            let data = vector.data;
            Some(data)
        }
        Some(_) => None,
    }
}

fn nearest_to(query: Option<grpc::Query>) -> Option<Vec<f32>> {
    let Some(grpc::query::Variant::Nearest(input)) = query?.variant else { return None };
    match input.variant? {
        grpc::vector_input::Variant::Dense(dense) => Some(dense.data),
        _ => None,
    }
}

/// The calls of a service: those that a method answers, and those that are refused by name.
macro_rules! calls {
    (answered { $($name:ident($asked:ident) -> $given:ident = $method:ident;)* }
     refused { $($no:ident($no_asked:ident) -> $no_given:ident;)* }) => {
        $(fn $name<'s, 'f>(&'s self, request: Request<grpc::$asked>)
            -> Pin<Box<dyn Future<Output = Answer<Response<grpc::$given>>> + Send + 'f>> where 's: 'f, Self: 'f {
            Box::pin(async move { self.$method(request.into_inner()).map(Response::new) })
        })*
        $(fn $no<'s, 'f>(&'s self, _: Request<grpc::$no_asked>)
            -> Pin<Box<dyn Future<Output = Answer<Response<grpc::$no_given>>> + Send + 'f>> where 's: 'f, Self: 'f {
            Box::pin(async { Err(Status::unimplemented(concat!("the double has no ", stringify!($no)))) })
        })*
    };
}

impl Collections for Double {
    calls! {
        answered {
            create(CreateCollection) -> CollectionOperationResponse = make;
            delete(DeleteCollection) -> CollectionOperationResponse = drop_one;
            collection_exists(CollectionExistsRequest) -> CollectionExistsResponse = exists;
            list(ListCollectionsRequest) -> ListCollectionsResponse = names;
        }
        refused {
            get(GetCollectionInfoRequest) -> GetCollectionInfoResponse;
            update(UpdateCollection) -> CollectionOperationResponse;
            update_aliases(ChangeAliases) -> CollectionOperationResponse;
            list_collection_aliases(ListCollectionAliasesRequest) -> ListAliasesResponse;
            list_aliases(ListAliasesRequest) -> ListAliasesResponse;
            collection_cluster_info(CollectionClusterInfoRequest) -> CollectionClusterInfoResponse;
            update_collection_cluster_setup(UpdateCollectionClusterSetupRequest) -> UpdateCollectionClusterSetupResponse;
            create_shard_key(CreateShardKeyRequest) -> CreateShardKeyResponse;
            delete_shard_key(DeleteShardKeyRequest) -> DeleteShardKeyResponse;
            list_shard_keys(ListShardKeysRequest) -> ListShardKeysResponse;
        }
    }
}

impl Points for Double {
    calls! {
        answered {
            upsert(UpsertPoints) -> PointsOperationResponse = put;
            delete(DeletePoints) -> PointsOperationResponse = take_away;
            get(GetPoints) -> GetResponse = read;
            create_field_index(CreateFieldIndexCollection) -> PointsOperationResponse = index_field;
            count(CountPoints) -> CountResponse = tally;
            query(QueryPoints) -> QueryResponse = ask;
        }
        refused {
            update_vectors(UpdatePointVectors) -> PointsOperationResponse;
            delete_vectors(DeletePointVectors) -> PointsOperationResponse;
            set_payload(SetPayloadPoints) -> PointsOperationResponse;
            overwrite_payload(SetPayloadPoints) -> PointsOperationResponse;
            delete_payload(DeletePayloadPoints) -> PointsOperationResponse;
            clear_payload(ClearPayloadPoints) -> PointsOperationResponse;
            delete_field_index(DeleteFieldIndexCollection) -> PointsOperationResponse;
            create_vector_name(CreateVectorNameRequest) -> PointsOperationResponse;
            delete_vector_name(DeleteVectorNameRequest) -> PointsOperationResponse;
            search(SearchPoints) -> SearchResponse;
            search_batch(SearchBatchPoints) -> SearchBatchResponse;
            search_groups(SearchPointGroups) -> SearchGroupsResponse;
            scroll(ScrollPoints) -> ScrollResponse;
            recommend(RecommendPoints) -> RecommendResponse;
            recommend_batch(RecommendBatchPoints) -> RecommendBatchResponse;
            recommend_groups(RecommendPointGroups) -> RecommendGroupsResponse;
            discover(DiscoverPoints) -> DiscoverResponse;
            discover_batch(DiscoverBatchPoints) -> DiscoverBatchResponse;
            update_batch(UpdateBatchPoints) -> UpdateBatchResponse;
            query_batch(QueryBatchPoints) -> QueryBatchResponse;
            query_groups(QueryPointGroups) -> QueryGroupsResponse;
            facet(FacetCounts) -> FacetResponse;
            search_matrix_pairs(SearchMatrixPoints) -> SearchMatrixPairsResponse;
            search_matrix_offsets(SearchMatrixPoints) -> SearchMatrixOffsetsResponse;
        }
    }
}
