import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.*;
import org.apache.spark.streaming.*;
import org.apache.spark.streaming.api.java.*;
import org.apache.spark.streaming.scheduler.*;
import scala.Tuple2;

/** Runs a job of weir bench dstream on Spark Streaming: reads it as JSON, prints the milliseconds of its batches as JSON. */
public class SparkDStream {
  static final AtomicLong found = new AtomicLong();

  public static void main(String[] args) throws Exception {
    JsonNode job = new ObjectMapper().readTree(System.in);
    String name = job.get("job").asText();
    int threads = job.get("threads").asInt(), batches = job.get("batches").asInt();
    Duration interval = Durations.milliseconds(name.equals("empty batch") ? 50 : 200);
    SparkConf conf = new SparkConf().setMaster("local[" + threads + "]").setAppName("weir bench").set("spark.ui.enabled", "false")
        .set("spark.default.parallelism", "" + threads).set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
        .set("spark.local.dir", new File(job.get("dir").asText(), "spark").getPath());
    JavaStreamingContext ssc = new JavaStreamingContext(conf, interval);
    JavaSparkContext sc = ssc.sparkContext();
    sc.setLogLevel("OFF");
    ssc.checkpoint(new File(job.get("dir").asText(), "spark-checkpoint").getPath());
    long begin = System.nanoTime();
    describe(job, name, ssc, sc, threads, batches, interval);
    List<Long> took = Collections.synchronizedList(new ArrayList<>());
    ssc.addStreamingListener(new StreamingListener() {
      public void onBatchCompleted(StreamingListenerBatchCompleted e) { took.add((Long) e.batchInfo().processingDelay().get()); }
      public void onStreamingStarted(StreamingListenerStreamingStarted e) {}
      public void onReceiverStarted(StreamingListenerReceiverStarted e) {}
      public void onReceiverError(StreamingListenerReceiverError e) {}
      public void onReceiverStopped(StreamingListenerReceiverStopped e) {}
      public void onBatchSubmitted(StreamingListenerBatchSubmitted e) {}
      public void onBatchStarted(StreamingListenerBatchStarted e) {}
      public void onOutputOperationStarted(StreamingListenerOutputOperationStarted e) {}
      public void onOutputOperationCompleted(StreamingListenerOutputOperationCompleted e) {}
    });
    ssc.start();
    while (took.size() < batches) Thread.sleep(20);
    long rows = found.get();
    List<Long> ms = new ArrayList<>(took).subList(0, batches);
    double seconds = (System.nanoTime() - begin) / 1e9;
    double cpu = ProcessHandle.current().info().totalCpuDuration().get().toMillis() / 1e3;
    System.out.println("\n{\"ms\":" + ms + ",\"found\":" + rows + ",\"seconds\":" + seconds + ",\"cpu_seconds\":" + cpu + ",\"peak_rss_bytes\":" + peak() + "}");
    System.out.flush();
    Runtime.getRuntime().halt(0); // what is left of the stream is nobody's
  }

  static void describe(JsonNode job, String name, JavaStreamingContext ssc, JavaSparkContext sc, int threads, int batches, Duration interval) {
    Queue<JavaRDD<String>> texts = new LinkedList<>();
    for (JsonNode f : job.path("files")) texts.add(sc.textFile(f.asText(), threads));
    String word = job.get("word").asText();
    long n = job.get("rows").asLong(), keys = job.get("keys").asLong();
    Duration window = interval.times(job.get("window").asInt());
    switch (name) {
      case "grep" -> counted(ssc.queueStream(texts).filter(l -> l.contains(word)));
      case "word count" -> counted(ssc.queueStream(texts).flatMap(l -> Arrays.asList(l.split(" ")).iterator())
          .mapToPair(w -> new Tuple2<>(w, 1L)).reduceByKey(Long::sum, threads).toJavaDStream());
      case "window" -> {
        Queue<JavaRDD<Long>> rows = new LinkedList<>();
        for (int i = 0; i < batches; i++) rows.add(numbers(sc, 0, n, threads));
        counted(ssc.queueStream(rows).mapToPair(i -> new Tuple2<>(i * 7919 % keys, i))
            .reduceByKeyAndWindow(Long::sum, (a, b) -> a - b, window, interval).toJavaDStream());
      }
      case "window of a million keys" -> ssc.queueStream(scattered(sc, n, keys, batches, threads)).mapToPair(k -> new Tuple2<>(k, 1L))
          .reduceByKeyAndWindow(Long::sum, (a, b) -> a - b, window, interval).foreachRDD(r -> { r.take(10); });
      case "map with state" -> {
        long all = job.get("state").asLong();
        JavaPairRDD<Long, Long> initial = numbers(sc, 0, all, threads).mapToPair(i -> new Tuple2<>(i, 0L));
        counted(ssc.queueStream(scattered(sc, 0, all, batches, threads)).mapToPair(k -> new Tuple2<>(k, 1L))
            .mapWithState(StateSpec.function((Long k, org.apache.spark.api.java.Optional<Long> v, State<Long> s) -> {
              long sum = (s.exists() ? s.get() : 0) + v.get();
              s.update(sum);
              return sum;
            }).initialState(initial)));
      }
      default -> {
        Queue<JavaRDD<Long>> none = new LinkedList<>();
        counted(ssc.queueStream(none, true, sc.parallelize(new ArrayList<Long>(), 1)));
      }
    }
  }

  static <T> void counted(JavaDStream<T> s) { s.foreachRDD(r -> { found.addAndGet(r.count()); }); }

  static <K, S, T> void counted(JavaMapWithStateDStream<K, Long, S, T> s) { s.foreachRDD(r -> { found.addAndGet(r.count()); }); }

  /** The numbers from..to, made where they are read. */
  static JavaRDD<Long> numbers(JavaSparkContext sc, long from, long to, int threads) {
    List<Integer> parts = new ArrayList<>();
    for (int i = 0; i < threads; i++) parts.add(i);
    return sc.parallelize(parts, threads)
        .flatMap(p -> LongStream.range(from + (to - from) * p / threads, from + (to - from) * (p + 1) / threads).iterator());
  }

  /** Batches of a thousand scattered keys; the first is of all keys where rows says so. */
  static Queue<JavaRDD<Long>> scattered(JavaSparkContext sc, long rows, long keys, int batches, int threads) {
    Queue<JavaRDD<Long>> all = new LinkedList<>();
    for (int i = 0; i < batches; i++) {
      long from = i * 1000L;
      all.add(numbers(sc, from, from + (i == 0 && rows > 0 ? keys : 1000), threads).map(x -> x * 7907 % keys));
    }
    return all;
  }

  static long peak() throws Exception {
    for (String l : Files.readAllLines(Path.of("/proc/self/status"))) if (l.startsWith("VmHWM")) return Long.parseLong(l.replaceAll("[^0-9]", "")) * 1024;
    return 0;
  }
}
