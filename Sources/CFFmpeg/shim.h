#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>

// Macros that Swift does not import.
static const int hearth_error_again = AVERROR(EAGAIN);
static const int hearth_error_end = AVERROR_EOF;
static const int hearth_error_invalid = AVERROR_INVALIDDATA;
static const int hearth_error_memory = AVERROR(ENOMEM);
static const int64_t hearth_no_time = AV_NOPTS_VALUE;

static inline int hearth_resampler(struct SwrContext **context, const AVFrame *frame, int rate) {
    AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
    AVChannelLayout input = frame->ch_layout;
    if (input.order == AV_CHANNEL_ORDER_UNSPEC) av_channel_layout_default(&input, frame->ch_layout.nb_channels);
    return swr_alloc_set_opts2(
        context, &mono, AV_SAMPLE_FMT_FLT, rate, &input, (enum AVSampleFormat)frame->format, frame->sample_rate, 0, NULL);
}
