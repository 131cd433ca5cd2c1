package testnode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

import org.elasticsearch.action.DocWriteRequest;
import org.elasticsearch.action.DocWriteResponse;
import org.elasticsearch.action.bulk.BulkItemResponse;
import org.elasticsearch.action.bulk.BulkRequest;
import org.elasticsearch.action.delete.DeleteRequest;
import org.elasticsearch.action.index.IndexRequest;
import org.elasticsearch.action.search.ClearScrollRequest;
import org.elasticsearch.action.search.SearchRequest;
import org.elasticsearch.action.search.SearchResponse;
import org.elasticsearch.action.search.SearchScrollRequest;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.common.Strings;
import org.elasticsearch.common.bytes.BytesReference;
import org.elasticsearch.common.xcontent.XContentHelper;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.reindex.AbstractBulkByPaginatedSearchRequest;
import org.elasticsearch.index.reindex.AbstractBulkIndexByPaginatedSearchRequest;
import org.elasticsearch.index.reindex.BulkByPaginatedSearchResponse;
import org.elasticsearch.index.reindex.BulkByPaginatedSearchTask;
import org.elasticsearch.index.reindex.DeleteByQueryRequest;
import org.elasticsearch.index.reindex.ReindexRequest;
import org.elasticsearch.index.reindex.UpdateByQueryRequest;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.rest.action.search.RestSearchAction;
import org.elasticsearch.search.SearchHit;
import org.elasticsearch.search.builder.SearchSourceBuilder;
import org.elasticsearch.xcontent.XContentParser;
import org.elasticsearch.xcontent.XContentType;
import org.elasticsearch.xcontent.json.JsonXContent;

/**
 * _delete_by_query, _update_by_query and _reindex: a scroll search whose hits go into bulk requests.
 * No scripts, no remote source, no slices, and always wait_for_completion.
 */
final class ByQuery extends BaseRestHandler {
    private static final TimeValue KEEP_ALIVE = TimeValue.timeValueMinutes(5);

    static List<RestHandler> handlers(Predicate<NodeFeature> features) {
        return List.of(
            new ByQuery("/{index}/_delete_by_query", features),
            new ByQuery("/{index}/_update_by_query", features),
            new ByQuery("/_reindex", features));
    }

    private final String path;
    private final Predicate<NodeFeature> features;

    private ByQuery(String path, Predicate<NodeFeature> features) {
        this.path = path;
        this.features = features;
    }

    @Override
    public String getName() {
        return path.substring(path.lastIndexOf('/') + 2) + "_stand_in_action";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.POST, path));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest rest, NodeClient client) throws IOException {
        if (rest.paramAsBoolean("wait_for_completion", true) == false) {
            throw new IllegalArgumentException("wait_for_completion=false needs Elasticsearch's reindex module");
        }
        AbstractBulkByPaginatedSearchRequest<?> request;
        Function<SearchHit, DocWriteRequest<?>> write;
        if (path.equals("/_reindex")) {
            ReindexRequest reindex;
            try (XContentParser parser = rest.contentParser()) {
                reindex = ReindexRequest.fromXContent(parser, features);
            }
            if (reindex.getRemoteInfo() != null) {
                throw new IllegalArgumentException("a remote source needs Elasticsearch's reindex module");
            }
            IndexRequest to = reindex.getDestination();
            request = reindex;
            write = hit -> new IndexRequest(to.index()).id(hit.getId()).opType(to.opType()).setPipeline(to.getPipeline())
                .source(hit.getSourceRef(), sourceType(hit));
        } else if (path.endsWith("_update_by_query")) {
            request = parse(new UpdateByQueryRequest(), rest);
            write = hit -> new IndexRequest(hit.getIndex()).id(hit.getId()).source(hit.getSourceRef(), sourceType(hit))
                .setIfSeqNo(hit.getSeqNo()).setIfPrimaryTerm(hit.getPrimaryTerm());
        } else {
            request = parse(new DeleteByQueryRequest(), rest);
            write = hit -> new DeleteRequest(hit.getIndex(), hit.getId())
                .setIfSeqNo(hit.getSeqNo()).setIfPrimaryTerm(hit.getPrimaryTerm());
        }
        if (request instanceof AbstractBulkIndexByPaginatedSearchRequest<?> r && r.getScript() != null) {
            throw new IllegalArgumentException("scripts need Elasticsearch's lang-painless module");
        }
        request.setRefresh(rest.paramAsBoolean("refresh", request.isRefresh()));
        if (rest.hasParam("max_docs")) {
            request.setMaxDocs(rest.paramAsInt("max_docs", 0));
        }
        if (rest.hasParam("conflicts")) {
            request.setConflicts(rest.param("conflicts"));
        }
        rest.param("slices");
        rest.param("timeout");
        return channel -> client.threadPool().generic().execute(() -> {
            RestResponse response;
            try {
                BulkByPaginatedSearchResponse result = run(request, write, client);
                RestStatus status = result.getBulkFailures().stream().map(BulkItemResponse.Failure::getStatus)
                    .findFirst().orElse(RestStatus.OK);
                response = new RestResponse(status,
                    result.toXContent(channel.newBuilder().startObject(), rest).endObject());
            } catch (Exception e) {
                try {
                    response = new RestResponse(channel, e);
                } catch (IOException cannotRender) {
                    throw new AssertionError(cannotRender);
                }
            }
            channel.sendResponse(response);
        });
    }

    private <R extends AbstractBulkByPaginatedSearchRequest<R>> R parse(R request, RestRequest rest) throws IOException {
        SearchRequest search = request.getSearchRequest();
        int batch = rest.paramAsInt("scroll_size", search.source().size());
        rest.withContentOrSourceParamParserOrNull(parser -> {
            if (parser == null) {
                RestSearchAction.parseSearchRequest(search, rest, null, features, request::setMaxDocs);
                return;
            }
            // The body is that of a search, but for these keys.
            Map<String, Object> body = parser.map();
            if (body.remove("max_docs") instanceof Number maxDocs) {
                request.setMaxDocs(maxDocs.intValue());
            }
            if (body.remove("conflicts") instanceof String conflicts) {
                request.setConflicts(conflicts);
            }
            if (body.containsKey("script")) {
                throw new IllegalArgumentException("scripts need Elasticsearch's lang-painless module");
            }
            try (XContentParser rewritten = XContentHelper.createParser(rest.contentParserConfig(),
                BytesReference.bytes(JsonXContent.contentBuilder().map(body)), XContentType.JSON)) {
                RestSearchAction.parseSearchRequest(search, rest, rewritten, features, request::setMaxDocs);
            }
        });
        search.indices(Strings.splitStringByCommaToArray(rest.param("index")));
        search.source().size(batch);
        return request;
    }

    @SuppressWarnings("deprecation") // for code that does not know what it stored, as here
    private static XContentType sourceType(SearchHit hit) {
        return XContentHelper.xContentType(hit.getSourceRef());
    }

    private static BulkByPaginatedSearchResponse run(
        AbstractBulkByPaginatedSearchRequest<?> request, Function<SearchHit, DocWriteRequest<?>> write, NodeClient client) {
        long start = System.nanoTime();
        long total = 0, taken = 0, created = 0, updated = 0, deleted = 0, conflicts = 0;
        int batches = 0;
        List<BulkItemResponse.Failure> failures = new ArrayList<>();
        SearchRequest search = request.getSearchRequest().scroll(KEEP_ALIVE);
        SearchSourceBuilder source = search.source().seqNoAndPrimaryTerm(true).trackTotalHits(true);
        if (source.sorts() == null || source.sorts().isEmpty()) {
            source.sort("_doc");
        }
        String scrollId = null;
        try {
            while (failures.isEmpty()) {
                SearchResponse page = scrollId == null
                    ? client.search(search).actionGet()
                    : client.searchScroll(new SearchScrollRequest(scrollId).scroll(KEEP_ALIVE)).actionGet();
                try {
                    scrollId = page.getScrollId();
                    long limit = request.getMaxDocs() == AbstractBulkByPaginatedSearchRequest.MAX_DOCS_ALL_MATCHES
                        ? Long.MAX_VALUE : request.getMaxDocs();
                    total = Math.min(limit, page.getHits().getTotalHits().value());
                    BulkRequest bulk = new BulkRequest();
                    for (SearchHit hit : page.getHits().getHits()) {
                        if (taken < limit) {
                            bulk.add(write.apply(hit));
                            taken++;
                        }
                    }
                    if (bulk.numberOfActions() == 0) {
                        break;
                    }
                    batches++;
                    for (BulkItemResponse item : client.bulk(bulk).actionGet()) {
                        if (item.isFailed()) {
                            boolean conflict = item.getFailure().getStatus() == RestStatus.CONFLICT;
                            conflicts += conflict ? 1 : 0;
                            if (conflict == false || request.isAbortOnVersionConflict()) {
                                failures.add(item.getFailure());
                            }
                        } else {
                            DocWriteResponse.Result result = item.getResponse().getResult();
                            created += result == DocWriteResponse.Result.CREATED ? 1 : 0;
                            updated += result == DocWriteResponse.Result.UPDATED ? 1 : 0;
                            deleted += result == DocWriteResponse.Result.DELETED ? 1 : 0;
                        }
                    }
                } finally {
                    page.decRef();
                }
            }
        } finally {
            if (scrollId != null) {
                ClearScrollRequest clear = new ClearScrollRequest();
                clear.addScrollId(scrollId);
                client.clearScroll(clear).actionGet();
            }
        }
        if (request.isRefresh()) {
            String[] written = request instanceof ReindexRequest r
                ? new String[] { r.getDestination().index() } : search.indices();
            client.admin().indices().prepareRefresh(written).setIndicesOptions(search.indicesOptions()).get();
        }
        var status = new BulkByPaginatedSearchTask.Status(null, total, updated, created, deleted, batches, conflicts,
            0, 0, 0, TimeValue.ZERO, Float.POSITIVE_INFINITY, null, TimeValue.ZERO);
        return new BulkByPaginatedSearchResponse(
            TimeValue.timeValueNanos(System.nanoTime() - start), status, failures, List.of(), false);
    }
}
