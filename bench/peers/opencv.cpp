// SPDX-License-Identifier: Apache-2.0
// OpenCV's answers to rows of the bench, on the same buffers. Built by ./run bench --peers only; no
// part of the product.
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>
#include <opencv2/ximgproc/edge_filter.hpp>

#include <vector>

#include "peer.h"

namespace {

cv::Mat seen(const bench_buffer &g)
{
    return cv::Mat(g.height, g.width, CV_32F, g.data, (size_t)g.row_stride * sizeof(float));
}

std::vector<cv::Mat> in, out; // the row's buffers
cv::Mat guide, bytes, element;

void start(bench_view *v)
{
    cv::setNumThreads(v->threads);
    in.clear();
    out.clear();
    for (int i = 0; i < BENCH_GRIDS && v->in[i].data; i++)
        in.push_back(seen(v->in[i]));
    for (int i = 0; i < BENCH_GRIDS && v->out[i].data; i++)
        out.push_back(seen(v->out[i]));
}

void gaussian(bench_view *v)
{
    for (int p = 0; p < v->planes; p++)
        cv::GaussianBlur(in[p], out[p], cv::Size(), v->number, v->number, cv::BORDER_REPLICATE);
}

void box(bench_view *v)
{
    int side = 2 * (int)v->number + 1;
    for (int p = 0; p < v->planes; p++)
        cv::blur(in[p], out[p], cv::Size(side, side), cv::Point(-1, -1), cv::BORDER_REFLECT);
}

void start_element(bench_view *v, int shape)
{
    int side = 2 * (int)v->number + 1;
    start(v);
    element = cv::getStructuringElement(shape, cv::Size(side, side));
}

void start_rectangle(bench_view *v)
{
    start_element(v, cv::MORPH_RECT);
}

void start_disc(bench_view *v)
{
    start_element(v, cv::MORPH_ELLIPSE);
}

void dilate(bench_view *)
{
    cv::dilate(in[0], out[0], element);
}

void start_colour(bench_view *v)
{
    start(v);
    cv::merge(in.data(), 3, guide);
}

void guided_grey(bench_view *v)
{
    cv::ximgproc::guidedFilter(in[0], in[3], out[0], (int)v->number, 1e-3);
}

void guided_colour(bench_view *v)
{
    cv::ximgproc::guidedFilter(guide, in[3], out[0], (int)v->number, 1e-3);
}

void absdiff(bench_view *v)
{
    for (int p = 0; p < v->planes; p++)
        cv::absdiff(in[p], in[p + v->planes], out[p]);
}

// the largest difference of a channel through a ramp from .05 to .2; smoothstep would be two more
void key(bench_view *)
{
    cv::Mat largest, part;
    cv::absdiff(in[0], in[3], largest);
    for (int p = 1; p < 3; p++) {
        cv::absdiff(in[p], in[p + 3], part);
        cv::max(largest, part, largest);
    }
    largest.convertTo(out[3], -1, 1 / 0.15, -0.05 / 0.15);
    cv::max(out[3], 0, out[3]);
    cv::min(out[3], 1, out[3]);
}

void cut(bench_view *v)
{
    key(v);
    for (int p = 0; p < 3; p++)
        cv::multiply(in[p], out[3], out[p]);
}

void power(bench_view *v)
{
    for (int p = 0; p < v->planes; p++)
        cv::pow(in[p], v->number, out[p]);
}

// gain, offset, contrast on colours, then over: in[0..3] is the front, in[4..7] the back
void chain(bench_view *)
{
    cv::Mat rest, graded, part;
    cv::subtract(1, in[3], rest);
    for (int p = 0; p < 4; p++) {
        const cv::Mat *front = &in[p];
        if (p < 3) {
            in[p].convertTo(graded, -1, 1.1);
            graded.convertTo(graded, -1, 1, 0.02);
            graded.convertTo(graded, -1, 1.1, -0.05);
            front = &graded;
        }
        cv::multiply(in[p + 4], rest, part);
        cv::add(*front, part, out[p]);
    }
}

void to_u8(bench_view *)
{
    in[0].convertTo(bytes, CV_8U, 255);
}

void start_from_u8(bench_view *v)
{
    start(v);
    to_u8(v);
}

void from_u8(bench_view *)
{
    bytes.convertTo(out[0], CV_32F, 1 / 255.0);
}

void area(bench_view *)
{
    cv::resize(in[0], out[1], out[1].size(), 0, 0, cv::INTER_AREA);
}

void bilinear(bench_view *)
{
    cv::resize(out[1], out[0], out[0].size(), 0, 0, cv::INTER_LINEAR);
}

cv::Mat from, to, flow, back;
cv::Ptr<cv::DISOpticalFlow> dis;

void start_flow(bench_view *v)
{
    start(v);
    in[0].convertTo(from, CV_8U);
    in[1].convertTo(to, CV_8U);
    dis = cv::DISOpticalFlow::create((int)v->number / 10);
}

void run_flow(bench_view *)
{
    flow.release(); // else it would begin with its last answer
    dis->calc(from, to, flow);
}

void run_flow_both(bench_view *v)
{
    run_flow(v);
    back.release();
    dis->calc(to, from, back);
}

void finish_flow(bench_view *)
{
    std::vector<cv::Mat> uv = {out[0], out[1]};
    cv::split(flow, uv);
}

} // namespace

const bench_peer bench_opencv[] = {
    {"gaussian", "OpenCV", start, gaussian, nullptr},
    {"box", "OpenCV", start, box, nullptr},
    {"dilate rectangle", "OpenCV", start_rectangle, dilate, nullptr},
    {"dilate disc", "OpenCV", start_disc, dilate, nullptr},
    {"guided grey", "OpenCV", start, guided_grey, nullptr},
    {"guided colour", "OpenCV", start_colour, guided_colour, nullptr},
    {"absdiff", "OpenCV", start, absdiff, nullptr},
    {"difference key", "OpenCV", start, key, nullptr},
    {"difference key, multiplied", "OpenCV", start, cut, nullptr},
    {"gamma", "OpenCV", start, power, nullptr},
    {"chain with merge", "OpenCV", start, chain, nullptr},
    {"float to 8 bit", "OpenCV", start, to_u8, nullptr},
    {"8 bit to float", "OpenCV", start_from_u8, from_u8, nullptr},
    {"resize area", "OpenCV", start, area, nullptr},
    {"resize bilinear", "OpenCV", start, bilinear, nullptr},
    {"flow", "OpenCV", start_flow, run_flow, finish_flow},
    {"flow both ways", "OpenCV", start_flow, run_flow_both, finish_flow},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};
