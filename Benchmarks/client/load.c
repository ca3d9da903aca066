/*
 * Puts load on a server that takes readings, from one thread, so that it takes as little as possible of the machine it
 * shares with the server. All bodies of `batch` and `ws` are built before the clock starts.
 *
 *   load post   one heart rate reading per request, as fast as the answers come or, with --rate, on a fixed schedule
 *   load batch  many acceleration readings per request
 *   load ws     one acceleration reading per WebSocket frame, until the last acknowledgement
 *   load get    one answer of any length, counting its lines
 *
 * With --rate a latency counts from the moment its request was due, not from when it could be sent, so that a server
 * that stalls is charged for everybody who had to wait. The result is one JSON object on standard output.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "load: ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    exit(1);
}

static uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000ull + (uint64_t)time.tv_nsec;
}

static void *need(void *memory) {
    if (!memory) fail("out of memory");
    return memory;
}

/* --- options ------------------------------------------------------------------------------------------------------ */

#define MAXIMUM_LIST 1024

static struct {
    const char *mode, *host, *token, *path, *form, *type;
    char *paths[MAXIMUM_LIST], *devices[MAXIMUM_LIST];
    int path_count, device_count, port, connections;
    long readings, batches;
    double seconds, rate, slice;
    int64_t start_us, step_us;
} options = {.host = "127.0.0.1", .token = "", .form = "envelope", .type = "accelerometer", .connections = 1,
             .readings = 1000, .batches = 100, .seconds = 5, .slice = 1e9, .step_us = 10000};

static int split(char *text, char **list) {
    int count = 0;
    for (char *item = strtok(text, ","); item; item = strtok(NULL, ",")) {
        if (count == MAXIMUM_LIST) fail("too many items in a list");
        list[count++] = item;
    }
    return count;
}

static void read_options(int count, char **words) {
    if (count < 2) fail("usage: load post|batch|ws|get --port N --path P ...");
    options.mode = words[1];
    for (int index = 2; index + 1 < count; index += 2) {
        const char *name = words[index];
        char *value = words[index + 1];
        if (!strcmp(name, "--host")) options.host = value;
        else if (!strcmp(name, "--port")) options.port = atoi(value);
        else if (!strcmp(name, "--token")) options.token = value;
        else if (!strcmp(name, "--path")) options.path_count = split(value, options.paths);
        else if (!strcmp(name, "--device")) options.device_count = split(value, options.devices);
        else if (!strcmp(name, "--form")) options.form = value;
        else if (!strcmp(name, "--connections")) options.connections = atoi(value);
        else if (!strcmp(name, "--readings")) options.readings = atol(value);
        else if (!strcmp(name, "--batches")) options.batches = atol(value);
        else if (!strcmp(name, "--seconds")) options.seconds = atof(value);
        else if (!strcmp(name, "--rate")) options.rate = atof(value);
        else if (!strcmp(name, "--slice")) options.slice = atof(value);
        else if (!strcmp(name, "--start-us")) options.start_us = atoll(value);
        else if (!strcmp(name, "--step-us")) options.step_us = atoll(value);
        else fail("unknown option %s", name);
    }
    if (count % 2) fail("an option has no value");
    if (!options.path_count || !options.port) fail("--port and --path are needed");
    if (options.connections < 1 || options.connections > MAXIMUM_LIST) fail("--connections is 1 to %d", MAXIMUM_LIST);
    options.path = options.paths[0];
}

static const char *device(int connection) {
    if (!options.device_count) fail("--device is needed");
    return options.devices[connection % options.device_count];
}

/* --- bytes -------------------------------------------------------------------------------------------------------- */

struct bytes {
    char *data;
    size_t count, capacity;
};

static void reserve(struct bytes *bytes, size_t more) {
    if (bytes->count + more <= bytes->capacity) return;
    bytes->capacity = (bytes->count + more) * 2;
    bytes->data = need(realloc(bytes->data, bytes->capacity));
}

static void add(struct bytes *bytes, const char *format, ...) {
    va_list arguments;
    reserve(bytes, 1024);
    va_start(arguments, format);
    int length = vsnprintf(bytes->data + bytes->count, 1024, format, arguments);
    va_end(arguments);
    if (length < 0 || length >= 1024) fail("a text is too long");
    bytes->count += (size_t)length;
}

/* RFC 3339 in UTC with microseconds. */
static void format_time(char *text, int64_t microseconds) {
    static time_t last_second = -1;
    static char last_text[32];
    time_t second = (time_t)(microseconds / 1000000);
    if (second != last_second) {
        struct tm parts;
        gmtime_r(&second, &parts);
        strftime(last_text, sizeof last_text, "%Y-%m-%dT%H:%M:%S", &parts);
        last_second = second;
    }
    memcpy(text, last_text, 19);
    unsigned fraction = (unsigned)(microseconds % 1000000);
    text[19] = '.';
    for (int digit = 25; digit > 19; digit--) {
        text[digit] = (char)('0' + fraction % 10);
        fraction /= 10;
    }
    text[26] = 'Z';
    text[27] = 0;
}

/* Numbers with the digits a phone sends: gravity, a slow swing and noise. */
static double axis(uint64_t index, int which) {
    uint64_t noise = (index * 3 + (uint64_t)which) * 0x9e3779b97f4a7c15ull;
    noise ^= noise >> 31;
    double swing = (double)((index * (uint64_t)(7 + which)) % 2000) / 1000.0 - 1.0;
    return (which == 2 ? 9.81 : 0.0) + swing + (double)(noise % 10000) / 100000.0;
}

static void add_acceleration(struct bytes *bytes, const char *prefix, uint64_t index, int64_t time_us) {
    char time[32];
    format_time(time, time_us);
    add(bytes, "{%s\"timestamp\":\"%s\",\"x\":%.5f,\"y\":%.5f,\"z\":%.5f}", prefix, time, axis(index, 0), axis(index, 1),
        axis(index, 2));
}

static void add_request(struct bytes *bytes, const char *path, const struct bytes *body) {
    add(bytes,
        "POST %s HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
        "Content-Length: %zu\r\n\r\n",
        path, options.host, options.port, options.token, body->count);
    reserve(bytes, body->count);
    memcpy(bytes->data + bytes->count, body->data, body->count);
    bytes->count += body->count;
}

/* --- latencies ---------------------------------------------------------------------------------------------------- */

struct samples {
    uint32_t *values;
    size_t count, capacity;
};

static void sample(struct samples *samples, uint64_t nanoseconds) {
    if (samples->count == samples->capacity) {
        samples->capacity = samples->capacity ? samples->capacity * 2 : 65536;
        samples->values = need(realloc(samples->values, samples->capacity * sizeof(uint32_t)));
    }
    uint64_t microseconds = nanoseconds / 1000;
    samples->values[samples->count++] = microseconds > UINT32_MAX ? UINT32_MAX : (uint32_t)microseconds;
}

static int compare(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

static void print_samples(struct samples *samples) {
    if (samples->count) qsort(samples->values, samples->count, sizeof(uint32_t), compare);
#define AT(share) (samples->count ? samples->values[(size_t)((double)(samples->count - 1) * (share))] : 0)
    printf("\"p50_ms\":%.3f,\"p90_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"max_ms\":%.3f", AT(0.5) / 1e3, AT(0.9) / 1e3,
           AT(0.99) / 1e3, AT(0.999) / 1e3, AT(1.0) / 1e3);
#undef AT
}

/* --- connections -------------------------------------------------------------------------------------------------- */

enum { HEAD, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER };

struct connection {
    int number, socket, is_busy;
    /* What is being sent. */
    const char *out;
    size_t out_left;
    struct bytes own;
    uint64_t due;
    /* The answer that is being read. */
    int state, status, is_chunked;
    uint64_t left;
    struct bytes head, kept;
    uint64_t body_bytes, lines;
    /* batch and ws */
    long next, last_ack;
    long acknowledgements, errors;
    struct bytes in, prepared;
    size_t *ends;
};

static int poller;

static void watch(struct connection *connection, int is_new, int wants_writing) {
    struct epoll_event event = {.events = EPOLLIN | (wants_writing ? EPOLLOUT : 0), .data.ptr = connection};
    epoll_ctl(poller, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, connection->socket, &event);
}

static void open_connection(struct connection *connection, int number) {
    memset(connection, 0, sizeof *connection);
    connection->number = number;
    connection->socket = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    if (inet_pton(AF_INET, options.host, &address.sin_addr) != 1) fail("--host is not an IPv4 address");
    if (connect(connection->socket, (struct sockaddr *)&address, sizeof address)) fail("connect: %s", strerror(errno));
    int yes = 1;
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static void start_polling(struct connection *connection) {
    fcntl(connection->socket, F_SETFL, O_NONBLOCK);
    watch(connection, 1, 0);
}

/* Sends what the socket takes; the rest waits for EPOLLOUT. */
static void flush_out(struct connection *connection) {
    size_t before = connection->out_left;
    while (connection->out_left) {
        ssize_t sent = send(connection->socket, connection->out, connection->out_left, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EAGAIN) break;
            if (errno == EINTR) continue;
            fail("send: %s", strerror(errno));
        }
        connection->out += sent;
        connection->out_left -= (size_t)sent;
    }
    /* Interest in writing is only declared while something waits. */
    if (connection->out_left || before) watch(connection, 0, connection->out_left > 0);
}

static void begin(struct connection *connection, const char *data, size_t count, uint64_t due) {
    connection->is_busy = 1;
    connection->due = due;
    connection->out = data;
    connection->out_left = count;
    connection->state = HEAD;
    connection->head.count = connection->kept.count = 0;
    connection->body_bytes = 0;
    while (connection->out_left) {
        ssize_t sent = send(connection->socket, connection->out, connection->out_left, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EINTR) continue;
            if (errno != EAGAIN) fail("send: %s", strerror(errno));
            watch(connection, 0, 1);
            return;
        }
        connection->out += sent;
        connection->out_left -= (size_t)sent;
    }
}

static void take_head(struct connection *connection) {
    reserve(&connection->head, 1);
    connection->head.data[connection->head.count] = 0;
    if (sscanf(connection->head.data, "HTTP/1.%*d %d", &connection->status) != 1) fail("not an HTTP answer");
    connection->is_chunked = 0;
    connection->left = 0;
    int has_length = 0;
    for (char *line = connection->head.data; line && *line; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        if (!strncasecmp(line, "content-length:", 15)) {
            connection->left = strtoull(line + 15, NULL, 10);
            has_length = 1;
        }
        if (!strncasecmp(line, "transfer-encoding:", 18) && strcasestr(line, "chunked")) connection->is_chunked = 1;
    }
    if (!connection->is_chunked && !has_length && connection->status != 204) fail("an answer without a length");
}

static void take_body(struct connection *connection, const char *data, size_t count) {
    connection->body_bytes += count;
    for (const char *line = data; (line = memchr(line, '\n', count - (size_t)(line - data))); line++) connection->lines++;
    if (connection->kept.count < 4096) {
        reserve(&connection->kept, count + 1);
        memcpy(connection->kept.data + connection->kept.count, data, count);
        connection->kept.count += count;
        connection->kept.data[connection->kept.count] = 0;
    }
}

/* Consumes bytes of one answer; says whether it is complete. No answer follows unasked, so nothing is left over. */
static int consume(struct connection *connection, const char *data, size_t count) {
    size_t position = 0;
    while (position < count) {
        char byte = data[position];
        size_t more;
        switch (connection->state) {
        case HEAD:
            reserve(&connection->head, 1);
            connection->head.data[connection->head.count++] = byte;
            position++;
            if (connection->head.count >= 4 && !memcmp(connection->head.data + connection->head.count - 4, "\r\n\r\n", 4)) {
                take_head(connection);
                if (connection->is_chunked) connection->state = CHUNK_SIZE, connection->left = 0;
                else if (!connection->left) return 1;
                else connection->state = BODY;
            }
            break;
        case BODY:
        case CHUNK:
            more = count - position < connection->left ? count - position : (size_t)connection->left;
            take_body(connection, data + position, more);
            position += more;
            connection->left -= more;
            if (!connection->left) {
                if (connection->state == BODY) return 1;
                connection->state = CHUNK_END;
            }
            break;
        case CHUNK_END:
            position++;
            if (byte == '\n') connection->state = CHUNK_SIZE;
            break;
        case CHUNK_SIZE:
            position++;
            if (byte == '\n') {
                connection->state = connection->left ? CHUNK : TRAILER;
                connection->head.count = 0;
            } else if (byte != '\r') {
                int digit = byte <= '9' ? byte - '0' : (byte | 32) - 'a' + 10;
                if (digit < 0 || digit > 15) fail("a broken chunk");
                connection->left = connection->left * 16 + (uint64_t)digit;
            }
            break;
        default:
            /* An empty line ends the trailer. */
            position++;
            if (byte == '\n') {
                if (!connection->head.count) return 1;
                connection->head.count = 0;
            } else if (byte != '\r') {
                connection->head.count++;
            }
        }
    }
    return 0;
}

static char input[1 << 18];

/* Reads what has come; says whether the answer is complete. */
static int receive(struct connection *connection) {
    while (1) {
        ssize_t count = recv(connection->socket, input, sizeof input, 0);
        if (count == 0) fail("the server closed a connection");
        if (count < 0) {
            if (errno == EAGAIN) return 0;
            if (errno == EINTR) continue;
            fail("recv: %s", strerror(errno));
        }
        if (consume(connection, input, (size_t)count)) return 1;
        if ((size_t)count < sizeof input) return 0;
    }
}

static void report_failure(struct connection *connection) {
    static int reported;
    if (reported++ < 3)
        fprintf(stderr, "load: status %d: %.*s\n", connection->status, (int)connection->kept.count, connection->kept.data);
}

/* --- post --------------------------------------------------------------------------------------------------------- */

static void send_heartrate(struct connection *connection, uint64_t index, uint64_t due) {
    static struct bytes body;
    char time[32];
    format_time(time, options.start_us + (int64_t)index * options.step_us);
    body.count = 0;
    add(&body, "{\"device_id\":\"%s\",\"timestamp\":\"%s\",\"bpm\":%u.%u,\"confidence\":0.%02u}", device((int)index), time,
        50 + (unsigned)(index % 100), (unsigned)(index % 10), (unsigned)(index % 99) + 1);
    connection->own.count = 0;
    add_request(&connection->own, options.path, &body);
    begin(connection, connection->own.data, connection->own.count, due);
}

static void run_post(struct connection *connections) {
    struct samples all = {0}, slice = {0};
    /* Taken in turn, so that no connection rests long enough for the server to close it. */
    struct connection *idle[MAXIMUM_LIST];
    int idle_first = 0, idle_count = 0;
    uint64_t issued = 0, done = 0, errors = 0, slice_errors = 0, slice_start_done = 0;
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event timer_event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poller, EPOLL_CTL_ADD, timer, &timer_event);
    uint64_t start = now_ns(), end = start + (uint64_t)(options.seconds * 1e9), slice_end = start;
    uint64_t slice_length = (uint64_t)(options.slice * 1e9), slice_start = start;
    slice_end = start + slice_length;
    printf("{\"slices\":[");
    int slice_number = 0;
    for (int index = 0; index < options.connections; index++) idle[idle_count++] = &connections[index];
    while (1) {
        uint64_t now = now_ns();
        if (now >= slice_end || now >= end) {
            if (slice_length < (uint64_t)(options.seconds * 1e9) || slice_number) {
                printf("%s{\"from_seconds\":%.1f,\"per_second\":%.1f,\"errors\":%lu,", slice_number++ ? "," : "",
                       (double)(slice_start - start) / 1e9,
                       (double)(done - slice_start_done) / ((double)(now - slice_start) / 1e9), slice_errors);
                print_samples(&slice);
                printf("}");
                fflush(stdout);
            }
            slice.count = 0;
            slice_errors = 0;
            slice_start_done = done;
            slice_start = now;
            slice_end += slice_length;
        }
        if (now >= end) break;
        while (idle_count) {
            uint64_t due = now;
            if (options.rate > 0) {
                due = start + (uint64_t)((double)issued * 1e9 / options.rate);
                if (due > now) {
                    struct itimerspec at = {.it_value = {.tv_sec = (time_t)(due / 1000000000ull),
                                                         .tv_nsec = (long)(due % 1000000000ull)}};
                    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
                    break;
                }
            }
            send_heartrate(idle[idle_first], issued++, due);
            idle_first = (idle_first + 1) % options.connections;
            idle_count--;
        }
        struct epoll_event events[256];
        int count = epoll_wait(poller, events, 256, 100);
        for (int index = 0; index < count; index++) {
            struct connection *connection = events[index].data.ptr;
            if (!connection) {
                uint64_t expirations;
                if (read(timer, &expirations, sizeof expirations) < 0 && errno != EAGAIN) fail("read: %s", strerror(errno));
                continue;
            }
            if (events[index].events & EPOLLOUT) flush_out(connection);
            if (!connection->is_busy || !receive(connection)) continue;
            connection->is_busy = 0;
            uint64_t latency = now_ns() - connection->due;
            sample(&all, latency);
            sample(&slice, latency);
            done++;
            if (connection->status != 201 && connection->status != 200) {
                errors++;
                slice_errors++;
                report_failure(connection);
            }
            idle[(idle_first + idle_count++) % options.connections] = connection;
        }
    }
    double seconds = (double)(now_ns() - start) / 1e9;
    printf("],\"requests\":%lu,\"errors\":%lu,\"seconds\":%.6f,\"per_second\":%.1f,", done, errors, seconds,
           (double)done / seconds);
    print_samples(&all);
    printf("}\n");
}

/* --- batch -------------------------------------------------------------------------------------------------------- */

static void prepare_batches(struct connection *connection, long batches, int64_t first_time) {
    struct bytes body = {0};
    connection->ends = need(malloc(sizeof(size_t) * (size_t)(batches + 1)));
    connection->ends[0] = 0;
    int is_mixed = !strcmp(options.form, "mixed");
    for (long batch = 0; batch < batches; batch++) {
        body.count = 0;
        add(&body, "{\"device_id\":\"%s\",\"readings\":[", device(connection->number));
        for (long reading = 0; reading < options.readings; reading++) {
            uint64_t index = (uint64_t)(batch * options.readings + reading);
            if (reading) add(&body, ",");
            add_acceleration(&body, is_mixed ? "\"stream\":\"accelerometer\"," : "", index,
                             first_time + (int64_t)index * options.step_us);
        }
        add(&body, "]}");
        add_request(&connection->prepared, options.path, &body);
        connection->ends[batch + 1] = connection->prepared.count;
    }
    free(body.data);
}

static void send_batch(struct connection *connection) {
    size_t from = connection->ends[connection->next], to = connection->ends[connection->next + 1];
    connection->next++;
    begin(connection, connection->prepared.data + from, to - from, now_ns());
}

static void run_batch(struct connection *connections) {
    long share = options.batches / options.connections;
    if (share < 1) fail("--batches is fewer than --connections");
    size_t bytes = 0;
    for (int index = 0; index < options.connections; index++) {
        prepare_batches(&connections[index], share, options.start_us + index);
        bytes += connections[index].prepared.count;
    }
    struct samples all = {0};
    uint64_t accepted = 0, errors = 0;
    int busy = options.connections;
    uint64_t start = now_ns();
    for (int index = 0; index < options.connections; index++) send_batch(&connections[index]);
    while (busy) {
        struct epoll_event events[64];
        int count = epoll_wait(poller, events, 64, -1);
        for (int index = 0; index < count; index++) {
            struct connection *connection = events[index].data.ptr;
            if (events[index].events & EPOLLOUT) flush_out(connection);
            if (!(events[index].events & EPOLLIN) || !receive(connection)) continue;
            sample(&all, now_ns() - connection->due);
            char *found = connection->kept.count ? strstr(connection->kept.data, "\"accepted\":") : NULL;
            if (connection->status == 200 && found) accepted += strtoull(found + 11, NULL, 10);
            else errors++, report_failure(connection);
            if (connection->next < share) send_batch(connection);
            else busy--;
        }
    }
    double seconds = (double)(now_ns() - start) / 1e9;
    printf("{\"requests\":%ld,\"errors\":%lu,\"accepted\":%lu,\"bytes\":%zu,\"seconds\":%.6f,\"per_second\":%.1f,",
           share * options.connections, errors, accepted, bytes, seconds, (double)accepted / seconds);
    print_samples(&all);
    printf("}\n");
}

/* --- ws ----------------------------------------------------------------------------------------------------------- */

static void add_frame(struct bytes *bytes, int opcode, const struct bytes *payload, uint32_t seed) {
    reserve(bytes, payload->count + 16);
    unsigned char *out = (unsigned char *)bytes->data + bytes->count;
    size_t length = 0;
    out[length++] = (unsigned char)(0x80 | opcode);
    if (payload->count < 126) {
        out[length++] = (unsigned char)(0x80 | payload->count);
    } else {
        if (payload->count > 65535) fail("a frame is too long");
        out[length++] = 0x80 | 126;
        out[length++] = (unsigned char)(payload->count >> 8);
        out[length++] = (unsigned char)payload->count;
    }
    unsigned char mask[4];
    uint32_t word = seed * 2654435761u + 1;
    memcpy(mask, &word, 4);
    memcpy(out + length, mask, 4);
    length += 4;
    for (size_t index = 0; index < payload->count; index++)
        out[length + index] = (unsigned char)payload->data[index] ^ mask[index % 4];
    bytes->count += length + payload->count;
}

static void shake_hands(struct connection *connection) {
    struct bytes request = {0};
    add(&request,
        "GET %s HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Bearer %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        options.paths[connection->number % options.path_count], options.host, options.port, options.token);
    if (send(connection->socket, request.data, request.count, MSG_NOSIGNAL) != (ssize_t)request.count) fail("handshake");
    char answer[8192];
    size_t count = 0;
    while (!(count >= 4 && memmem(answer, count, "\r\n\r\n", 4))) {
        ssize_t more = recv(connection->socket, answer + count, 1, 0);
        if (more <= 0 || count + 1 >= sizeof answer) fail("no answer to the handshake: %.*s", (int)count, answer);
        count += (size_t)more;
    }
    if (!memmem(answer, count, " 101 ", 5)) fail("handshake refused: %.*s", (int)count, answer);
    free(request.data);
}

/* Takes whole frames from the server; says whether the last acknowledgement has come. */
static int take_frames(struct connection *connection, long last) {
    struct bytes *in = &connection->in;
    size_t position = 0;
    while (in->count - position >= 2) {
        unsigned char *frame = (unsigned char *)in->data + position;
        int opcode = frame[0] & 15;
        size_t length = frame[1] & 127, head = 2;
        if (length == 126) {
            if (in->count - position < 4) break;
            length = (size_t)frame[2] << 8 | frame[3];
            head = 4;
        } else if (length == 127) {
            fail("a frame of the server is too long");
        }
        if (in->count - position < head + length) break;
        char *payload = (char *)frame + head;
        if (opcode == 1) {
            char *found = memmem(payload, length, "\"ack\":", 6);
            if (memmem(payload, length, "\"error\"", 7)) {
                if (connection->errors++ < 3) fprintf(stderr, "load: %.*s\n", (int)length, payload);
            } else if (found) {
                long number = strtol(found + 6, NULL, 10);
                if (number > connection->last_ack) connection->last_ack = number;
                connection->acknowledgements++;
            }
        } else if (opcode == 9) {
            struct bytes echo = {.data = payload, .count = length, .capacity = length};
            /* Only an idle connection is pinged, so a pong never lands between halves of a frame. */
            if (!connection->out_left) {
                connection->own.count = 0;
                add_frame(&connection->own, 10, &echo, 1);
                connection->out = connection->own.data;
                connection->out_left = connection->own.count;
                flush_out(connection);
            }
        } else if (opcode == 8) {
            int code = length >= 2 ? (unsigned char)payload[0] << 8 | (unsigned char)payload[1] : 0;
            fail("the server closed a socket with code %d: %.*s", code, length > 2 ? (int)length - 2 : 0, payload + 2);
        }
        position += head + length;
    }
    memmove(in->data, in->data + position, in->count - position);
    in->count -= position;
    return connection->last_ack >= last;
}

static void run_ws(struct connection *connections) {
    long share = options.readings / options.connections;
    for (int index = 0; index < options.connections; index++) {
        struct connection *connection = &connections[index];
        struct bytes text = {0};
        for (long number = 1; number <= share; number++) {
            char prefix[128];
            snprintf(prefix, sizeof prefix, "\"seq\":%ld,\"type\":\"%s\",", number, options.type);
            text.count = 0;
            add_acceleration(&text, prefix, (uint64_t)number,
                             options.start_us + index + (int64_t)number * options.step_us);
            add_frame(&connection->prepared, 1, &text, (uint32_t)number);
        }
        free(text.data);
        shake_hands(connection);
        start_polling(connection);
    }
    int busy = options.connections;
    size_t bytes = 0;
    uint64_t start = now_ns();
    for (int index = 0; index < options.connections; index++) {
        connections[index].out = connections[index].prepared.data;
        connections[index].out_left = connections[index].prepared.count;
        bytes += connections[index].prepared.count;
        flush_out(&connections[index]);
    }
    uint64_t sent_at = 0;
    while (busy) {
        struct epoll_event events[64];
        int count = epoll_wait(poller, events, 64, 60000);
        if (count == 0) fail("no acknowledgement for 60 seconds");
        for (int index = 0; index < count; index++) {
            struct connection *connection = events[index].data.ptr;
            if (events[index].events & EPOLLOUT) {
                flush_out(connection);
                if (!connection->out_left) sent_at = now_ns();
            }
            if (!(events[index].events & EPOLLIN)) continue;
            reserve(&connection->in, 65536);
            ssize_t read = recv(connection->socket, connection->in.data + connection->in.count, 65536, 0);
            if (read == 0) fail("the server closed a socket");
            if (read < 0) continue;
            connection->in.count += (size_t)read;
            int was_done = connection->last_ack >= share;
            if (take_frames(connection, share) && !was_done) busy--;
        }
    }
    uint64_t end = now_ns();
    double seconds = (double)(end - start) / 1e9;
    long errors = 0, acknowledgements = 0;
    for (int index = 0; index < options.connections; index++) {
        errors += connections[index].errors;
        acknowledgements += connections[index].acknowledgements;
    }
    printf("{\"readings\":%ld,\"errors\":%ld,\"acknowledgements\":%ld,\"bytes\":%zu,\"seconds\":%.6f,\"per_second\":%.1f,"
           "\"last_byte_to_last_ack_ms\":%.3f}\n",
           share * options.connections, errors, acknowledgements, bytes, seconds,
           (double)(share * options.connections) / seconds, sent_at ? (double)(end - sent_at) / 1e6 : 0);
}

/* --- get ---------------------------------------------------------------------------------------------------------- */

static void run_get(struct connection *connection) {
    add(&connection->own, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Bearer %s\r\n\r\n", options.path, options.host,
        options.port, options.token);
    uint64_t start = now_ns(), first = 0;
    begin(connection, connection->own.data, connection->own.count, start);
    while (1) {
        struct epoll_event event;
        if (epoll_wait(poller, &event, 1, 120000) == 0) fail("no answer for 120 seconds");
        if (event.events & EPOLLOUT) flush_out(connection);
        int is_complete = receive(connection);
        if (!first) first = now_ns();
        if (is_complete) break;
    }
    uint64_t end = now_ns();
    if (connection->status != 200) report_failure(connection);
    printf("{\"status\":%d,\"bytes\":%lu,\"lines\":%lu,\"seconds\":%.6f,\"first_byte_ms\":%.3f}\n", connection->status,
           connection->body_bytes, connection->lines, (double)(end - start) / 1e9, (double)(first - start) / 1e6);
}

int main(int count, char **words) {
    read_options(count, words);
    poller = epoll_create1(0);
    int is_get = !strcmp(options.mode, "get"), is_ws = !strcmp(options.mode, "ws");
    int connection_count = is_get ? 1 : options.connections;
    struct connection *connections = need(calloc((size_t)connection_count, sizeof *connections));
    for (int index = 0; index < connection_count; index++) {
        open_connection(&connections[index], index);
        if (!is_ws) start_polling(&connections[index]);
    }
    if (!strcmp(options.mode, "post")) run_post(connections);
    else if (!strcmp(options.mode, "batch")) run_batch(connections);
    else if (is_ws) run_ws(connections);
    else if (is_get) run_get(connections);
    else fail("unknown mode %s", options.mode);
    return 0;
}
