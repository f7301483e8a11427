package meter_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/supply"
	"linli/internal/meter"
)

func TestF2WhatAMessageSays(t *testing.T) {
	t.Parallel()
	now := time.Date(2025, 3, 10, 12, 0, 0, 0, clock.Shanghai())
	p := meter.Platform{Number: "meter", Value: "data.value", Time: "time"}
	body := func(number, value, at string) string {
		return fmt.Sprintf(`{"meter":%s,"data":{"value":%s},"time":%s}`, number, value, at)
	}
	const fine = `"2025-03-10 11:00:00"`
	at := time.Date(2025, 3, 10, 11, 0, 0, 0, clock.Shanghai())
	seconds, millis := fmt.Sprint(at.Unix()), fmt.Sprint(at.UnixMilli())
	for _, c := range []struct{ payload, want string }{
		{body(`"W1"`, "123.4567", fine), "W1 123.4567"},
		{body(`"W1"`, `"123.40"`, fine), "W1 123.4"},
		{body(`10023`, "0", seconds), "10023 0"},
		{body(`" W1 "`, "0.00010000", millis), "W1 0.0001"},
		{body(`"W1"`, "9999999999.9999", `"`+seconds+`"`), "W1 9999999999.9999"},
		{body(`"W1"`, "1", `"2025-03-10T11:00:00+08:00"`), "W1 1"},
		{body(`"W1"`, "1", `"2025-03-10T03:00:00Z"`), "W1 1"},
		{body(`"W1"`, "1", `"20250310110000"`), "W1 1"},
		{"[" + body(`"W1"`, "1", fine) + "," + body(`"W2"`, "-1", fine) + "," + body(`"W3"`, "3", fine) + "]", "W1 1, W3 3 | 读数是负数：-1"},
		{"[]", ""},
		{body(`"W1"`, "-0.5", fine), " | 读数是负数：-0.5"},
		{body(`"W1"`, "1e3", fine), " | 读数写成了科学计数：1e3"},
		{body(`"W1"`, "NaN", fine), " | 不是 JSON"},
		{body(`"W1"`, `"NaN"`, fine), " | 读数不是数字：NaN"},
		{body(`"W1"`, `"12,5"`, fine), " | 读数不是数字：12,5"},
		{body(`"W1"`, "1.23456", fine), " | 读数位数太多，整数最多 10 位、小数最多 4 位：1.23456"},
		{body(`"W1"`, "12345678901", fine), " | 读数位数太多，整数最多 10 位、小数最多 4 位：12345678901"},
		{body(`"W1"`, strings.Repeat("9", 60), fine), " | 读数位数太多，整数最多 10 位、小数最多 4 位：" + strings.Repeat("9", 40) + "…"},
		{body(`"W1"`, "null", fine), " | 没有「data.value」这一项（读数）"},
		{body(`"W1"`, "true", fine), " | 没有「data.value」这一项（读数）"},
		{body(`""`, "1", fine), " | 没有「meter」这一项（表号）"},
		{body(`"`+strings.Repeat("表", 41)+`"`, "1", fine), " | 表号太长或有特殊字符，最多 40 个字"},
		{body(`"W\u00001"`, "1", fine), " | 表号太长或有特殊字符，最多 40 个字"},
		{`{"meter":"W1","value":1,"time":` + fine + `}`, " | 没有「data.value」这一项（读数）"},
		{`{"meter":"W1","data":5,"time":` + fine + `}`, " | 没有「data.value」这一项（读数）"},
		{`{"meter":"W1","data":{"value":1}}`, " | 没有「time」这一项（时间）"},
		{body(`"W1"`, "1", `"yesterday"`), " | 时间看不懂：yesterday"},
		{body(`"W1"`, "1", `1741575600.5`), " | 时间看不懂：1741575600.5"},
		{body(`"W1"`, "1", `"2025-02-30 11:00:00"`), " | 时间看不懂：2025-02-30 11:00:00"},
		{body(`"W1"`, "1", `"99999999999999999999"`), " | 时间看不懂：99999999999999999999"},
		{body(`"W1"`, "1", `"2025-03-10 12:10:01"`), " | 时间在以后：2025-03-10 12:10:01"},
		{body(`"W1"`, "1", `"2025-03-10 12:09:59"`), "W1 1"},
		{body(`"W1"`, "1", `"2023-01-01 00:00:00"`), " | 时间太早：2023-01-01 00:00:00"},
		{"", " | 不是 JSON"},
		{"meter=W1", " | 不是 JSON"},
		{`"W1"`, " | 没有「meter」这一项（表号）"},
		{body(`"W1"`, "1", fine) + "x", " | JSON 后面还有别的内容"},
		{body(`"W1"`, "1", fine) + body(`"W1"`, "1", fine), " | JSON 后面还有别的内容"},
		{"[" + strings.Repeat("1,", 500) + "1]", " | 一条消息里有 501 个读数，最多 500 个"},
		{strings.Repeat(" ", 65<<10), " | 消息太大：65 KB，最多 64 KB"},
		{strings.Repeat("[", 20_000), " | 不是 JSON"},
	} {
		good, bad := p.Read(c.payload, now)
		parts := []string{}
		for _, s := range good {
			parts = append(parts, s.Number+" "+s.Value.String())
			if !s.At.Equal(at) && !strings.Contains(c.payload, "12:09:59") {
				t.Errorf("%.80s: at %s", c.payload, s.At)
			}
		}
		got := strings.Join(parts, ", ")
		if len(bad) > 0 {
			got += " | " + strings.Join(bad, ", ")
		}
		if got != c.want {
			t.Errorf("%.80s: %q, expected %q", c.payload, got, c.want)
		}
	}
}

// far is a world with a platform, which tests play themselves.
type far struct {
	*world
	platform meter.Platform
	street   *street
}

// street is a collector that is told what to bring.
type street struct {
	mu     sync.Mutex
	broken error
	take   map[string]func(context.Context, []meter.Message) error // by client
	secret string
}

func (s *street) Check(p meter.Platform) error {
	if !strings.HasPrefix(p.Host, "tcp://") {
		return meter.ErrPlatform.At("body.host", "写成 tcp://", p.Host)
	}
	return nil
}

func (s *street) Listen(ctx context.Context, p meter.Platform, take func(context.Context, []meter.Message) error, up func()) error {
	s.mu.Lock()
	if err := s.broken; err != nil {
		s.mu.Unlock()
		return err
	}
	s.take[p.Client], s.secret = take, p.Secret
	s.mu.Unlock()
	up()
	<-ctx.Done()
	s.mu.Lock()
	delete(s.take, p.Client)
	s.mu.Unlock()
	return ctx.Err()
}

func (s *street) Try(_ context.Context, p meter.Platform, _ time.Duration) ([]meter.Message, error) {
	if p.Secret != "geheim" {
		return nil, meter.ErrUnreachable.Say("平台不认这个账号或密码")
	}
	return []meter.Message{{Topic: "meters/1", Payload: []byte("?")}}, s.broken
}

func remote(t *testing.T, f func(w *far)) {
	t.Helper()
	dbtest.Run(t, tables(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		open(t, d, now, func(w *world) {
			x := &far{world: w, street: &street{take: map[string]func(context.Context, []meter.Message) error{}}}
			w.meter.Plug(x.street)
			now.Set(clock.Date(20250320).Start().Add(12 * time.Hour))
			w.write(nil, func(ctx context.Context, tx *db.Tx) (err error) {
				x.platform, err = w.meter.SetPlatform(ctx, tx, w.who, w.project, meter.Platform{Host: "tcp://mqtt.example.cn:1883", Login: "wuye", Secret: "geheim",
					Topic: "meters/#", Number: "meter", Value: "value", Time: "time", Active: true})
				return err
			})
			f(x)
		})
	})
}

func said(number, value, at string) meter.Message {
	return meter.Message{Topic: "meters/" + number, Payload: fmt.Appendf(nil, `{"meter":%q,"value":%s,"time":%q}`, number, value, at)}
}

func (w *far) keep(list ...meter.Message) {
	w.Helper()
	if err := w.meter.Keep(w.Context(), w.project, &w.platform, list); err != nil {
		w.Fatal(err)
	}
}

func (w *far) contact() meter.Contact {
	w.Helper()
	c, err := w.meter.Contact(w.Context(), w.db.Reader(w.Context()), w.project)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

func (w *far) offers(until clock.Date) string {
	w.Helper()
	list, err := w.meter.Offers(w.Context(), w.db.Reader(w.Context()), w.project, meter.OfferFilter{Kind: supply.Water, Month: 202503, Until: until})
	if err != nil {
		w.Fatal(err)
	}
	out := []string{}
	for _, o := range list {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s→%s %s", o.Meter.Number, o.Fate, o.Reading.Previous, o.Reading.Value, strings.Join(o.Remarks, "；"))))
	}
	return strings.Join(out, "\n")
}

func (w *far) take(want error, until clock.Date, ids ...id.ID) (out meter.Taken) {
	w.Helper()
	w.write(want, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = w.meter.Take(ctx, tx, w.who, w.project, meter.OfferFilter{Kind: supply.Water, Month: 202503, Until: until}, ids)
		return err
	})
	return out
}

// Whatever comes twice, late, out of order and by two servers at once, the
// newest of each day is what stays.
func TestF2SignalsInAnyOrder(t *testing.T) {
	t.Parallel()
	remote(t, func(w *far) {
		w.install(meter.Meter{Room: w.rooms[0], Number: "W1"})
		list := []meter.Message{}
		for day := 1; day <= 20; day++ {
			for hour := range 4 {
				list = append(list, said("W1", fmt.Sprintf("%d.%d", day, hour), fmt.Sprintf("2025-03-%02d %02d:00:00", day, hour)))
			}
		}
		list = append(list, list...)
		r := rand.New(rand.NewPCG(1, 2))
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		var wg sync.WaitGroup
		for part := range slices.Chunk(list, 40) {
			wg.Go(func() {
				if err := w.meter.Keep(w.Context(), w.project, &w.platform, part); err != nil {
					w.Error(err)
				}
			})
		}
		wg.Wait()
		for day, want := range map[clock.Date]string{20250310: "W1 ready 0→10.3 第一次抄，请核对起始读数", 20250320: "W1 ready 0→20.3 第一次抄，请核对起始读数"} {
			if got := w.offers(day); got != want {
				w.Errorf("up to %s: %s", day, got)
			}
		}
		if c := w.contact(); c.Messages != 160 || c.Refused != 0 || c.Last.Sub(w.now.Now()).Abs() > time.Second {
			w.Errorf("contact %+v", c)
		}
	})
}

// What cannot be kept is counted and shown, never stored; a number that no meter
// has is named until one has it.
func TestF2RefusedAndUnknown(t *testing.T) {
	t.Parallel()
	remote(t, func(w *far) {
		w.keep(said("W1", "5", "2025-03-20 08:00:00"), said("W1", "6", "2025-03-20 08:00:00"), meter.Message{Topic: "meters/\x00", Payload: []byte("\xff\x00?")})
		list, err := w.meter.Refusals(w.Context(), w.db.Reader(w.Context()), w.project)
		if err != nil || len(list) != 2 || list[0].Reason != "同一时刻已有另一个读数 5" || list[1].Reason != "不是 JSON" || list[1].Payload != "? ?" {
			w.Errorf("refused %+v, %v", list, err)
		}
		for range 60 {
			w.keep(said("W1", "-1", "2025-03-20 08:00:00"))
		}
		list, err = w.meter.Refusals(w.Context(), w.db.Reader(w.Context()), w.project)
		if c := w.contact(); err != nil || len(list) != 50 || c.Messages != 63 || c.Refused != 62 {
			w.Errorf("%d kept, %+v, %v", len(list), c, err)
		}
		unknown := func() int {
			found, err := w.meter.Unknowns(w.Context(), w.db.Reader(w.Context()), w.project)
			if err != nil || len(found) > 0 && (found[0].Number != "W1" || found[0].Value != q(5)) {
				w.Errorf("unknown %+v, %v", found, err)
			}
			return len(found)
		}
		if unknown() != 1 {
			w.Error("W1 is known")
		}
		w.install(meter.Meter{Room: w.rooms[0], Number: "W1"})
		if unknown() != 0 {
			w.Error("W1 is not known")
		}
		w.now.Set(clock.Date(20260601).Start())
		if err := w.meter.ForgetSignals(w.Context()); err != nil {
			w.Fatal(err)
		}
		if got := w.db.Reader(w.Context()).QueryRow(w.Context(), "SELECT (SELECT COUNT(*) FROM meter_signal_day) + (SELECT COUNT(*) FROM meter_signal)"); true {
			var n int
			if err := got.Scan(&n); err != nil || n != 0 {
				w.Errorf("%d kept for ever, %v", n, err)
			}
		}
	})
}

// Values that the platform brings go through the rules of readings that people
// enter.
func TestF2TakingOver(t *testing.T) {
	t.Parallel()
	remote(t, func(w *far) {
		w.write(nil, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.meter.SetSetting(ctx, tx, w.who, w.project, meter.Setting{Factor: q(2), Periods: 1})
			return err
		})
		meters := map[string]meter.Meter{}
		for i, n := range []string{"fine", "less", "much", "read", "mute", "old", "same"} {
			m := meter.Meter{Place: n, Number: n}
			if i == 0 {
				m = meter.Meter{Room: w.rooms[0], Number: n}
			}
			meters[n] = w.install(m)
			w.read(nil, meter.Reading{Meter: meters[n].ID, Month: 202502, Date: 20250310, Value: q(10)}, false)
		}
		meters["same in hot"] = w.install(meter.Meter{Room: w.rooms[1], Number: "same", Kind: supply.HotWater})
		w.read(nil, meter.Reading{Meter: meters["read"].ID, Date: 20250315, Value: q(12)}, false)
		for n, v := range map[string]string{"fine": "17.5", "less": "9", "much": "90", "read": "13", "same": "11"} {
			w.keep(said(n, v, "2025-03-19 23:59:59"))
		}
		w.keep(said("old", "12", "2025-03-12 08:00:00"))
		want := map[string]string{
			"fine": "ready 10→17.5", "less": "refused 10→9 本期读数 9 小于上期 10，请核对是否抄错或换表", "much": "review 10→90 用量明显偏大（前几期平均 10），录入后待复核",
			"read": "read 10→12", "mute": "silent 10→0 平台没有上报过这个表号", "old": "ready 10→12 到 2025-03-20 已 8 天没有上报",
			"same": "refused 10→11 几块表用同一个表号，分不清是哪一块，请核对表号或手工抄"}
		lines := strings.Split(w.offers(20250320), "\n")
		for _, l := range lines {
			n, rest, _ := strings.Cut(l, " ")
			if want[n] != rest {
				w.Errorf("%s: %s, expected %s", n, rest, want[n])
			}
		}
		if len(lines) != len(want) {
			w.Errorf("%d offers", len(lines))
		}
		ids := []id.ID{}
		for n, m := range meters {
			if n != "same in hot" {
				ids = append(ids, m.ID)
			}
		}
		w.take(fault.ErrNotFound, 20250320, append(ids, meters["same in hot"].ID)...)
		w.take(fault.ErrNotFound, 20250320, append(ids, 77)...)
		w.take(meter.ErrReading, 20250321, ids...)
		w.take(meter.ErrReading, 20250228, ids...)
		t := w.take(nil, 20250320, append(ids, ids...)...)
		if len(t.Readings) != 3 || t.Review != 1 || len(t.Left) != 4 {
			w.Errorf("taken %+v", t)
		}
		r := w.usages(202503, 202503)[w.rooms[0]]
		if r == nil || r.Total() != q(75)/10 {
			w.Errorf("usage %+v", r)
		}
		list, err := w.meter.Readings(w.Context(), w.db.Reader(w.Context()), w.project, meters["fine"].ID)
		if err != nil || !list[0].Remote || list[1].Remote || list[0].Date != 20250319 || list[0].Reader != w.who.Name {
			w.Errorf("readings %+v, %v", list, err)
		}
		if t = w.take(nil, 20250320, ids...); len(t.Readings) != 0 || len(t.Left) != 7 {
			w.Errorf("taken again %+v", t)
		}
	})
}

// On the day of the project everything is taken over once, also when the server
// stood still on it; what was not said on that day is left for people.
func TestF2TakenByItself(t *testing.T) {
	t.Parallel()
	remote(t, func(w *far) {
		a, b := w.install(meter.Meter{Room: w.rooms[0], Number: "A"}), w.install(meter.Meter{Room: w.rooms[1], Number: "B"})
		c := w.install(meter.Meter{Place: "泵房", Number: "C"})
		due := func() {
			w.Helper()
			if err := w.meter.TakeDue(w.Context()); err != nil {
				w.Fatal(err)
			}
		}
		w.keep(said("A", "5", "2025-03-18 08:00:00"))
		w.platform.Day = 18
		w.write(nil, func(ctx context.Context, tx *db.Tx) (err error) {
			w.platform, err = w.meter.SetPlatform(ctx, tx, w.who, w.project, w.platform)
			return err
		})
		due() // the day was over when it was chosen
		if got := w.contact(); got.TakenMonth != 202503 || got.Taken != 0 {
			w.Errorf("at once: %+v", got)
		}
		w.now.Set(clock.Date(20250418).Start().Add(23 * time.Hour))
		w.keep(said("A", "7", "2025-04-18 08:00:00"), said("A", "8", "2025-04-18 22:00:00"), said("B", "3", "2025-04-14 08:00:00"))
		due() // the day is not over
		if got := w.contact(); got.TakenMonth != 202503 {
			w.Errorf("on the day: %+v", got)
		}
		w.now.Set(clock.Date(20250421).Start())
		w.keep(said("A", "9", "2025-04-20 08:00:00"))
		due()
		due()
		if got := w.contact(); got.TakenMonth != 202504 || got.Taken != 1 || got.Missed != 2 {
			w.Errorf("after the day: %+v", got)
		}
		list, err := w.meter.Readings(w.Context(), w.db.Reader(w.Context()), w.project, a.ID)
		if err != nil || len(list) != 1 || list[0].Value != q(8) || list[0].Month != 202504 || list[0].Reader != "远传自动抄表" {
			w.Errorf("readings %+v, %v", list, err)
		}
		missed := func() string {
			w.Helper()
			list, err := w.meter.Missed(w.Context(), w.db.Reader(w.Context()), w.project, nil)
			if err != nil {
				w.Fatal(err)
			}
			out := []string{}
			for _, o := range list {
				out = append(out, o.Meter.Number+" "+strings.Join(o.Remarks, "；"))
			}
			slices.Sort(out)
			return strings.Join(out, "\n")
		}
		if got := missed(); got != "B 到 2025-04-18 已 4 天没有上报\nC 平台没有上报过这个表号" {
			w.Errorf("missed: %s", got)
		}
		w.read(nil, meter.Reading{Meter: b.ID, Date: 20250421, Value: q(4)}, false)
		w.read(nil, meter.Reading{Meter: c.ID, Date: 20250421, Value: q(4)}, false)
		if got := missed(); got != "" {
			w.Errorf("missed when all are read: %s", got)
		}
	})
}

// The password is sealed, belongs to its host and is never in the log; the
// access needs the version that was read.
func TestF2AccessOfAPlatform(t *testing.T) {
	t.Parallel()
	remote(t, func(w *far) {
		var sealed string
		if err := w.db.Reader(w.Context()).QueryRow(w.Context(), "SELECT secret_enc FROM meter_platform WHERE project_id = ?", w.project).Scan(&sealed); err != nil || sealed == "" || strings.Contains(sealed, "geheim") {
			w.Errorf("stored %q, %v", sealed, err)
		}
		var log string
		if err := w.db.Reader(w.Context()).QueryRow(w.Context(), "SELECT COUNT(*) FROM audit_entry WHERE after LIKE '%geheim%' OR summary LIKE '%geheim%'").Scan(&log); err != nil || log != "0" {
			w.Errorf("the log has it: %s, %v", log, err)
		}
		set := func(want error, change func(p *meter.Platform)) {
			w.Helper()
			p := w.platform
			p.Secret = ""
			change(&p)
			w.write(want, func(ctx context.Context, tx *db.Tx) error {
				_, err := w.meter.SetPlatform(ctx, tx, w.who, w.project, p)
				return err
			})
		}
		set(meter.ErrPlatform, func(p *meter.Platform) { p.Topic = " " })
		set(meter.ErrPlatform, func(p *meter.Platform) { p.Day = 29 })
		set(meter.ErrPlatform, func(p *meter.Platform) { p.Host = "http://x" })
		set(fault.ErrStale, func(p *meter.Platform) { p.Version = 0 })
		set(nil, func(p *meter.Platform) { p.Topic = "a/#" })
		p, err := w.meter.Platform(w.Context(), w.db.Reader(w.Context()), w.project)
		if err != nil || p.Secret != "geheim" || p.Topic != "a/#" || p.Version != 2 {
			w.Errorf("%+v, %v", p, err)
		}
		got, err := w.meter.Try(w.Context(), w.project, meter.Platform{Host: p.Host, Topic: "a", Number: "a", Value: "b", Time: "c"})
		if err != nil || got.Messages != 1 || len(got.Refused) != 1 {
			w.Errorf("try: %+v, %v", got, err)
		}
		if _, err := w.meter.Try(w.Context(), w.project, meter.Platform{Host: "tcp://elsewhere:1", Topic: "a", Number: "a", Value: "b", Time: "c"}); !errors.Is(err, meter.ErrUnreachable) {
			w.Errorf("the password went elsewhere: %v", err)
		}
		w.platform.Version = 2
		set(nil, func(p *meter.Platform) { p.Host = "tcp://elsewhere:1" })
		if p, err = w.meter.Platform(w.Context(), w.db.Reader(w.Context()), w.project); err != nil || p.Secret != "" {
			w.Errorf("the password went with the host: %+v, %v", p, err)
		}
	})
}

// One of several servers listens to a platform; another takes over when it falls
// silent, and what the project changes is followed.
func TestF2ListenersShare(t *testing.T) {
	t.Parallel()
	remote(t, func(w *far) {
		quietly := slog.New(slog.DiscardHandler)
		listening := func() int {
			w.street.mu.Lock()
			defer w.street.mu.Unlock()
			return len(w.street.take)
		}
		until := func(what string, ok func() bool) {
			w.Helper()
			for range 300 {
				if ok() {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			w.Fatalf("never: %s", what)
		}
		ctx, stop := context.WithCancel(w.Context())
		ended := make(chan struct{})
		go func() { w.meter.Listen(ctx, quietly); close(ended) }()
		until("connected", func() bool { return listening() == 1 && w.contact().State == meter.Connected })
		if w.street.secret != "geheim" {
			w.Error("without the password")
		}
		if w.db.Engine() == db.Postgres {
			other, free := &street{take: map[string]func(context.Context, []meter.Message) error{}}, make(chan struct{})
			second := meter.New(meter.Deps{DB: w.db, Audit: w.audit, Estate: w.estate, Ring: w.ring})
			second.Plug(other)
			ctx2, stop2 := context.WithCancel(w.Context())
			go func() { second.Listen(ctx2, quietly); close(free) }()
			time.Sleep(200 * time.Millisecond)
			if len(other.take) != 0 {
				w.Error("both listen")
			}
			stop2()
			<-free
		}
		w.platform.Active = false
		w.write(nil, func(ctx context.Context, tx *db.Tx) (err error) {
			w.platform, err = w.meter.SetPlatform(ctx, tx, w.who, w.project, w.platform)
			return err
		})
		until("hung up", func() bool { return listening() == 0 && w.contact().State == meter.ContactOff })
		w.street.mu.Lock()
		w.street.broken = meter.ErrUnreachable.Say("平台不认这个账号或密码")
		w.street.mu.Unlock()
		w.platform.Active = true
		w.write(nil, func(ctx context.Context, tx *db.Tx) (err error) {
			w.platform, err = w.meter.SetPlatform(ctx, tx, w.who, w.project, w.platform)
			return err
		})
		until("refused", func() bool {
			c := w.contact()
			return c.State == meter.ContactLost && c.Reason == "平台不认这个账号或密码"
		})
		stop()
		<-ended
		if c := w.contact(); c.State != meter.ContactOff {
			w.Errorf("after the end: %+v", c)
		}
	})
}

func ringOf(t *testing.T) *crypt.Ring {
	t.Helper()
	ring, err := crypt.Open(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}
