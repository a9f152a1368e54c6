// Command replay runs the groups of a rule file over given samples with Prometheus' own rule engine and storage.
//
// promtool evaluates without a break. Here Prometheus can be away: no scrapes, no evaluations, then new groups that
// restore the state of their alerts from the storage, as after a restart. It reads a scenario from standard input and
// writes every time in which an alert fired, and the answers of the queries at the end.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"os"
	"slices"
	"time"

	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/tsdb"
)

// start is the zero of all seconds: a multiple of every interval, long ago.
const start = 1_750_000_200

// scenario: all times are seconds; a sample of null is a staleness marker.
type scenario struct {
	Rules    string       `json:"rules"`
	Interval float64      `json:"interval"`
	Seconds  float64      `json:"seconds"`
	Away     [][2]float64 `json:"away"`
	Series   []series     `json:"series"`
	Queries  []string     `json:"queries"`
	Every    float64      `json:"every"`
}

type series struct {
	Labels  map[string]string `json:"labels"`
	Samples [][2]*float64     `json:"samples"`
}

type firing struct {
	Labels map[string]string `json:"labels"`
	From   float64           `json:"from"`
	To     float64           `json:"to"`
}

type answer struct {
	Query  string            `json:"query"`
	Time   float64           `json:"time"`
	Labels map[string]string `json:"labels"`
	Value  float64           `json:"value"`
}

type sample struct {
	at     float64
	labels labels.Labels
	value  float64
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var given scenario
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "replay")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	store, err := tsdb.Open(folder, promslog.NewNopLogger(), nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		return err
	}
	defer store.Close()
	world := &world{given: given, store: store, samples: ordered(given), parser: parser.NewParser(parser.Options{})}
	world.engine = promql.NewEngine(promql.EngineOpts{
		Logger: slog.New(slog.DiscardHandler), MaxSamples: 50_000_000, Timeout: time.Minute,
		EnableAtModifier: true, EnableNegativeOffset: true, LookbackDelta: 5 * time.Minute, Parser: world.parser,
	})
	if err := world.live(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"firings": world.fired, "answers": world.answers})
}

type world struct {
	given   scenario
	store   *tsdb.DB
	engine  *promql.Engine
	parser  parser.Parser
	samples []sample
	fired   []firing
	answers []answer
	open    map[string]int
}

func (w *world) live() error {
	w.open = map[string]int{}
	groups, err := w.groups()
	if err != nil {
		return err
	}
	gone, restored := false, false
	for t := 0.0; t <= w.given.Seconds; t += w.given.Interval {
		if w.away(t) {
			gone = true
			continue
		}
		if gone {
			if groups, err = w.groups(); err != nil {
				return err
			}
			gone, restored = false, false
		}
		if err := w.scrape(t); err != nil {
			return err
		}
		for _, group := range groups {
			group.Eval(context.Background(), moment(t))
			if !restored {
				// As the manager does it: after the first evaluation, which finds what is active.
				group.RestoreForState(moment(t))
			}
		}
		restored = true
		w.watch(t, groups)
		if w.given.Every > 0 && math.Mod(t, w.given.Every) == 0 {
			if err := w.ask(t); err != nil {
				return err
			}
		}
	}
	return w.ask(w.given.Seconds)
}

func (w *world) groups() ([]*rules.Group, error) {
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc: rules.EngineQueryFunc(w.engine, w.store), Appendable: w.store, Queryable: w.store,
		Context: context.Background(), Logger: promslog.NewNopLogger(), Parser: w.parser,
		NotifyFunc:      func(context.Context, string, ...*rules.Alert) {},
		OutageTolerance: time.Hour, ForGracePeriod: 10 * time.Minute,
	})
	interval := time.Duration(w.given.Interval * float64(time.Second))
	found, errs := manager.LoadGroups(interval, labels.EmptyLabels(), "", nil, false, w.given.Rules)
	if errs != nil {
		return nil, fmt.Errorf("%v", errs)
	}
	return slices.SortedFunc(maps.Values(found), func(a, b *rules.Group) int { return cmp.Compare(a.Name(), b.Name()) }), nil
}

func (w *world) scrape(t float64) error {
	appender := w.store.Appender(context.Background())
	for len(w.samples) > 0 && w.samples[0].at <= t {
		next := w.samples[0]
		w.samples = w.samples[1:]
		if w.away(next.at) {
			continue
		}
		if _, err := appender.Append(0, next.labels, moment(next.at).UnixMilli(), next.value); err != nil {
			return fmt.Errorf("%s at %g: %w", next.labels, next.at, err)
		}
	}
	return appender.Commit()
}

func (w *world) watch(t float64, groups []*rules.Group) {
	now := map[string]bool{}
	for _, group := range groups {
		for _, rule := range group.AlertingRules() {
			for _, alert := range rule.ActiveAlerts() {
				if alert.State != rules.StateFiring {
					continue
				}
				key := rule.Name() + alert.Labels.String()
				now[key] = true
				if n, ok := w.open[key]; ok {
					w.fired[n].To = t
					continue
				}
				w.open[key] = len(w.fired)
				w.fired = append(w.fired, firing{Labels: alert.Labels.Map(), From: t, To: t})
			}
		}
	}
	maps.DeleteFunc(w.open, func(key string, _ int) bool { return !now[key] })
}

func (w *world) ask(t float64) error {
	for _, text := range w.given.Queries {
		query, err := w.engine.NewInstantQuery(context.Background(), w.store, nil, text, moment(t))
		if err != nil {
			return err
		}
		result := query.Exec(context.Background())
		if result.Err != nil {
			return fmt.Errorf("%s: %w", text, result.Err)
		}
		vector, err := result.Vector()
		if err != nil {
			return err
		}
		for _, one := range vector {
			w.answers = append(w.answers, answer{Query: text, Time: t, Labels: one.Metric.Map(), Value: one.F})
		}
		query.Close()
	}
	return nil
}

func (w *world) away(t float64) bool {
	return slices.ContainsFunc(w.given.Away, func(gap [2]float64) bool { return gap[0] <= t && t < gap[1] })
}

func ordered(given scenario) []sample {
	var all []sample
	for _, one := range given.Series {
		own := labels.FromMap(one.Labels)
		for _, pair := range one.Samples {
			found := sample{at: *pair[0], labels: own, value: math.Float64frombits(value.StaleNaN)}
			if pair[1] != nil {
				found.value = *pair[1]
			}
			all = append(all, found)
		}
	}
	slices.SortStableFunc(all, func(a, b sample) int { return cmp.Compare(a.at, b.at) })
	return all
}

func moment(t float64) time.Time {
	return time.UnixMilli(start*1000 + int64(math.Round(t*1000))).UTC()
}
