// Outcomes of each hour as bars, what came back below the line. It is a picture: the same numbers
// stand in a sentence and a table beside it.

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { hourAndDay } from "./time";

export interface Layer {
  text: string;
  // Of the style sheet.
  colour: string;
  values: number[];
  // Below the line.
  below?: boolean;
}

const height = 220;

// Each layer's bars reach from 0 to the sum of it and those before it, so that they are drawn from
// the highest to the lowest.
function stacked(layers: Layer[]): number[][] {
  const sums: number[] = [];
  return layers.map((layer) =>
    layer.values.map((value, i) => {
      if (layer.below) return -value;
      return (sums[i] = (sums[i] ?? 0) + value);
    }),
  );
}

function options(layers: Layer[], width: number, utc: boolean): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim() || "gray";
  const bars = uPlot.paths.bars!({ size: [0.8, 48], align: 1 });
  const axis = {
    stroke: colour("quiet"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { stroke: colour("line"), width: 1 },
    font: "12px system-ui, sans-serif",
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    ...(utc ? { tzDate: (ts: number) => uPlot.tzDate(new Date(ts * 1000), "Etc/UTC") } : {}),
    scales: {
      x: { time: true },
      y: { range: (_, min, max) => [Math.min(0, min * 1.1), Math.max(1, max * 1.1)] },
    },
    axes: [
      {
        ...axis,
        values: (_, splits) => splits.map((at) => hourAndDay(at * 1000).split(", ")[1] ?? ""),
      },
      {
        ...axis,
        size: 44,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6],
        values: (_, splits) => splits.map((n) => Math.abs(n).toLocaleString("en-GB")),
      },
    ],
    series: [
      {},
      ...layers
        .map((layer) => ({
          label: layer.text,
          paths: bars,
          points: { show: false },
          fill: colour(layer.colour),
          stroke: colour(layer.colour),
          width: 0,
        }))
        .reverse(),
    ],
  };
}

export function HourChart({
  hours,
  layers,
  sentence,
  utc,
}: {
  hours: number[];
  layers: Layer[];
  sentence: string;
  utc: boolean;
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const at = place.current!;
    const data = [hours, ...stacked(layers).reverse()] as uPlot.AlignedData;
    let plot: uPlot | undefined;
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(options(layers, Math.max(200, at.clientWidth), utc), data, at);
    };
    const sized = new ResizeObserver(() => {
      if (plot && at.clientWidth > 0 && plot.width !== at.clientWidth) {
        plot.setSize({ width: at.clientWidth, height });
      }
    });
    draw();
    sized.observe(at);
    dark.addEventListener("change", draw);
    return () => {
      dark.removeEventListener("change", draw);
      sized.disconnect();
      plot?.destroy();
    };
  }, [JSON.stringify([hours, layers, utc])]);
  return <div class="chart" role="img" aria-label={sentence} ref={place} />;
}
