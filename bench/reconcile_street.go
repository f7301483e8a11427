package bench

import (
	"archive/zip"
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"linli/internal/kit/clock"
	"linli/internal/outside/alipay"
	alipaysim "linli/internal/outside/alipay/sim"
	"linli/internal/outside/wechat"
	wechatsim "linli/internal/outside/wechat/sim"
	"linli/internal/payment"
	"linli/internal/reconcile"
)

// billStreet is a channel as the measurement needs it.
type billStreet struct {
	channel  string
	keeper   *keeper
	download string // the path of the bill's file
	merchant payment.Merchant
	bare     func(number string, fen int64) error // paid by a code of no API
	told     func(number string) (transaction string, at time.Time, ok bool)
	spoil    func(kind reconcile.DifferenceKind, number string, fen int64) error
	text     func(f *os.File) (io.Reader, error)
	cells    func(line string) (bareLine, bool, error)
}

// agreed is the fee of both simulators, 0.60 %, in 10⁻⁶.
const agreed = 6000

func billStreetOf(channel string, now clock.Clock, dir string) (*billStreet, error) {
	switch channel {
	case "wechat":
		return wechatStreet(now, dir)
	case "alipay":
		return alipayStreet(now, dir)
	}
	return nil, fmt.Errorf("no channel %q", channel)
}

func wechatStreet(now clock.Clock, dir string) (*billStreet, error) {
	s, err := wechatsim.Open(wechatsim.Options{Clock: now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	p, err := s.Enrol("1900000109")
	if err != nil {
		return nil, err
	}
	return &billStreet{channel: "wechat", keeper: newKeeper(s.Handler(), dir), download: "/v3/billdownload/file",
		merchant: payment.Merchant{Channel: "wechat", Number: p.Number, App: p.App, Serial: p.Serial, PlatformSerial: p.PlatformSerial, PlatformKey: p.PlatformKey,
			PrivateKey: p.PrivateKey, APIKey: p.APIKey, Rate: agreed, Active: true},
		bare: func(number string, fen int64) error {
			return s.Alter(wechatsim.Alteration{Bare: true, Merchant: p.Number, Number: number, Total: fen})
		},
		told: func(number string) (string, time.Time, bool) { return s.Told(p.Number, number) },
		spoil: func(kind reconcile.DifferenceKind, number string, fen int64) error {
			a := spoiling(kind, fen, 1_000_000)
			return s.Alter(wechatsim.Alteration{Number: number, Total: a.total, Fee: a.fee, Forget: a.forget, Refund: a.refund})
		},
		text:  func(f *os.File) (io.Reader, error) { return f, nil },
		cells: wechatCells}, nil
}

func alipayStreet(now clock.Clock, dir string) (*billStreet, error) {
	s, err := alipaysim.Open(alipaysim.Options{Clock: now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	p, err := s.Enrol("2088600000000001")
	if err != nil {
		return nil, err
	}
	return &billStreet{channel: "alipay", keeper: newKeeper(s.Handler(), dir), download: "/downloadBillFile.resource",
		merchant: payment.Merchant{Channel: "alipay", Number: p.Number, App: p.App, PlatformKey: p.PlatformKey, PrivateKey: p.PrivateKey, Rate: agreed, Active: true},
		bare: func(number string, fen int64) error {
			return s.Alter(alipaysim.Alteration{Bare: true, Merchant: p.Number, Number: number, Total: fen})
		},
		told: func(number string) (string, time.Time, bool) { return s.Told(p.Number, number) },
		spoil: func(kind reconcile.DifferenceKind, number string, fen int64) error {
			a := spoiling(kind, fen, 10_000)
			return s.Alter(alipaysim.Alteration{Number: number, Total: a.total, Fee: a.fee, Forget: a.forget, Refund: a.refund})
		},
		text:  alipayDetails,
		cells: alipayCells}, nil
}

// fetch reads the bill once by the channel's own client, so that it is kept.
func (s *billStreet) fetch(ctx context.Context, host string, m payment.Merchant, day clock.Date) error {
	var c payment.Channel
	var err error
	if s.channel == "wechat" {
		c, err = wechat.New(wechat.Deps{Host: host})
	} else {
		c, err = alipay.New(alipay.Deps{Host: host})
	}
	if err != nil {
		return err
	}
	_, err = c.Bill(ctx, m, day, func(payment.BillLine) error { return nil })
	return err
}

// dismiss lets the simulator go, with all its books.
func (s *billStreet) dismiss() {
	s.keeper.dismiss()
	s.bare, s.told, s.spoil = nil, nil, nil
}

// spoilt is what the books of a channel tell instead of the truth.
type spoilt struct {
	total, refund int64
	fee           *int64
	forget        bool
}

func spoiling(kind reconcile.DifferenceKind, fen, fee int64) spoilt {
	switch kind {
	case reconcile.KindMissing:
		return spoilt{forget: true}
	case reconcile.KindAmount:
		return spoilt{total: fen + 1_00}
	case reconcile.KindFee:
		return spoilt{fee: &fee}
	case reconcile.KindRefund:
		return spoilt{refund: 1_00}
	}
	return spoilt{}
}

// bareLine is a line of a bill as somebody reads it who believes it.
type bareLine struct {
	transaction, refund, number, words string
	amount, settled, back, fee         int64
	at                                 time.Time
}

// lines reads the kept file.
func (s *billStreet) lines(each func(bareLine) error) error {
	f, err := os.Open(s.keeper.file(s.download))
	if err != nil {
		return err
	}
	defer f.Close()
	text, err := s.text(f)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		l, ok, err := s.cells(lines.Text())
		if err == nil && ok {
			err = each(l)
		}
		if err != nil {
			return err
		}
	}
	return lines.Err()
}

func wechatCells(line string) (bareLine, bool, error) {
	c := strings.Split(strings.TrimPrefix(line, "`"), ",`")
	if !strings.HasPrefix(line, "`") || len(c) < 27 {
		return bareLine{}, false, nil
	}
	l := bareLine{transaction: c[5], number: c[6], words: c[9]}
	if c[14] != "0" {
		l.refund = c[14]
	}
	err := l.sums(c[0], map[*int64]string{&l.amount: c[24], &l.settled: c[12], &l.back: c[16], &l.fee: c[22]})
	return l, true, err
}

func alipayDetails(f *os.File) (io.Reader, error) {
	about, err := f.Stat()
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(f, about.Size())
	if err != nil {
		return nil, err
	}
	r, err := z.File[len(z.File)-1].Open()
	if err != nil {
		return nil, err
	}
	return simplifiedchinese.GBK.NewDecoder().Reader(r), nil
}

func alipayCells(line string) (bareLine, bool, error) {
	c := strings.Split(strings.ReplaceAll(line, "\t", ""), ",")
	if strings.HasPrefix(line, "#") || len(c) < 25 || c[2] == "业务类型" {
		return bareLine{}, false, nil
	}
	l := bareLine{transaction: c[0], number: c[1], words: c[2], refund: c[21]}
	err := l.sums(c[5], map[*int64]string{&l.amount: c[11], &l.settled: c[12], &l.fee: c[22]})
	if l.refund != "" {
		l.amount, l.settled, l.back = 0, 0, -l.amount
	}
	return l, true, err
}

func (l *bareLine) sums(at string, cells map[*int64]string) (err error) {
	for to, text := range cells {
		if *to, err = strconv.ParseInt(strings.Replace(text, ".", "", 1), 10, 64); err != nil {
			return err
		}
	}
	l.at, err = time.ParseInLocation(time.DateTime, at, clock.Shanghai())
	return err
}
