namespace Exchange.Simulator.Grvt.Wire;

/// <summary>
/// One kind of JSON object with its members' short names (sheet, section 12). Where the sheet names none, the venue's rule makes it:
/// the initials of the first two words.
/// </summary>
internal sealed class GrvtShape
{
    private static readonly Dictionary<string, GrvtShape> _all = new(StringComparer.Ordinal);

    private readonly Dictionary<string, Member> _byFull = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Member> _byLite = new(StringComparer.Ordinal);

    static GrvtShape()
    {
        Define("rpc", "jsonrpc=j method=m id=i result=r error=e code=c message=m request_id=ri status=s");
        Define("request-rpc", "jsonrpc=j method=m params=p id=i");
        Define("legacy-request", "request_id=ri stream=s feed=f method=m is_full=if");
        Define("rest", "result=r next=n orders=o:order cancel_acks=ca:ack results=r sub_account_ids=sa tier=t");
        Define("error", "request_id=ri code=c message=m status=s");
        Define("feed", "stream=s selector=s1 sequence_number=sn feed=f prev_sequence_number=ps");
        Define("subscribe", "stream=s selectors=s1 use_global_sequence_number=ug");
        Define("subscribed", "stream=s subs=s1 unsubs=u num_snapshots=ns first_sequence_number=fs latest_sequence_number=ls");
        Define("unsubscribed", "stream=s unsubs=u");
        Define("ack", "ack=a");
        Define("create", "order=o:order");
        Define("bulk", "sub_account_id=sa orders=o:order order_ids=oi client_order_ids=co time_to_live_ms=tt");
        Define("request", "sub_account_id=sa instrument=i kind=k base=b quote=q start_time=st end_time=et limit=l cursor=c depth=d interval=i1 type=t "
            + "is_active=ia order_id=oi client_order_id=co time_to_live_ms=tt countdown_time=ct leverage=l1 agg_type=at");
        Define("order", "order_id=oi sub_account_id=sa is_market=im time_in_force=ti post_only=po reduce_only=ro legs=l:leg signature=s:signature "
            + "metadata=m:metadata state=s1:state builder=b builder_fee=bf");
        Define("leg", "instrument=i size=s limit_price=lp is_buying_asset=ib");
        Define("signature", "signer=s r=r s=s1 v=v expiration=e nonce=n chain_id=ci");
        Define("metadata", "client_order_id=co create_time=ct trigger=t:trigger broker=b");
        Define("trigger", "trigger_type=tt tpsl=t:tpsl");
        Define("tpsl", "trigger_by=tb trigger_price=tp close_position=cp is_split_position=is");
        Define("state", "status=s reject_reason=rr book_size=bs traded_size=ts update_time=ut avg_fill_price=af");
        Define("state-feed", "order_id=oi client_order_id=co order_state=os:state");
        Define("cancel-feed", "sub_account_id=sa client_order_id=co order_id=oi reason=r update_time=ut cancel_status=cs");
        Define("fill", "event_time=et sub_account_id=sa instrument=i is_buyer=ib is_taker=it size=s price=p mark_price=mp index_price=ip interest_rate=ir "
            + "forward_price=fp realized_pnl=rp fee=f fee_rate=fr trade_id=ti order_id=oi venue=v is_liquidation=il client_order_id=co signer=s1 broker=b "
            + "is_rpi=ir1 builder=b1 builder_fee_rate=bf builder_fee=bf1 fee_currency=fc");
        Define("position", "event_time=et sub_account_id=sa instrument=i size=s notional=n entry_price=ep exit_price=ep1 mark_price=mp unrealized_pnl=up "
            + "realized_pnl=rp total_pnl=tp roi=r quote_index_price=qi est_liquidation_price=el leverage=l cumulative_fee=cf "
            + "cumulative_realized_funding_payment=cr margin_type=mt isolated_balance=ib isolated_im=ii isolated_mm=im");
        Define("book", "event_time=et instrument=i bids=b:level asks=a:level");
        Define("level", "price=p size=s num_orders=no");
        Define("trade", "event_time=et instrument=i is_taker_buyer=it size=s price=p mark_price=mp index_price=ip interest_rate=ir forward_price=fp "
            + "trade_id=ti venue=v is_rpi=ir1");
        Define("ticker", "event_time=et instrument=i mark_price=mp index_price=ip last_price=lp last_size=ls mid_price=mp1 best_bid_price=bb "
            + "best_bid_size=bb1 best_ask_price=ba best_ask_size=ba1 funding_rate_8h_curr=fr funding_rate_8h_avg=fr1 interest_rate=ir forward_price=fp "
            + "buy_volume_24h_b=bv sell_volume_24h_b=sv buy_volume_24h_q=bv1 sell_volume_24h_q=sv1 high_price=hp low_price=lp1 open_price=op "
            + "open_interest=oi long_short_ratio=ls1 funding_rate=fr2 funding_interval_hours=fi next_funding_time=nf");
        Define("candle", "open_time=ot close_time=ct open=o close=c high=h low=l volume_b=vb volume_q=vq trades=t instrument=i");
        Define("instrument", "instrument=i instrument_hash=ih base=b quote=q kind=k venues=v settlement_period=sp1 base_decimals=bd quote_decimals=qd "
            + "tick_size=ts min_size=ms create_time=ct max_position_size=mp funding_interval_hours=fi adjusted_funding_rate_cap=af "
            + "adjusted_funding_rate_floor=af1 min_notional=mn");
        Define("sub-account", "event_time=et sub_account_id=sa margin_type=mt settle_currency=sc unrealized_pnl=up total_equity=te initial_margin=im "
            + "maintenance_margin=mm available_balance=ab spot_balances=sb:spot-balance positions=p:position settle_index_price=si is_vault=iv "
            + "vault_im_additions=vi derisk_margin=dm derisk_to_maintenance_margin_ratio=dt total_cross_equity=tc cross_unrealized_pnl=cu "
            + "sub_account_mode=sa1 margin_balance=mb");
        Define("spot-balance", "currency=c balance=b index_price=ip entry_price=ep realized_pnl=rp unrealized_pnl=up available_to_transfer=at");
        Define("other", "");
    }

    /// <summary>The shape of that name.</summary>
    public static GrvtShape Of(string name) => _all[name];

    public string Lite(string full) => _byFull.TryGetValue(full, out var member) ? member.Lite : Initials(full);

    public string Full(string lite) => _byLite.TryGetValue(lite, out var member) ? member.Full : lite;

    /// <summary>The shape of what is in the member.</summary>
    public GrvtShape Inside(string full) => Of(_byFull.TryGetValue(full, out var member) ? member.Shape : "other");

    private static string Initials(string full)
    {
        var words = full.Split('_');
        return words.Length == 1 ? words[0][..1] : $"{words[0][0]}{words[1][0]}";
    }

    private static void Define(string name, string members)
    {
        var shape = new GrvtShape();
        foreach (var text in members.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (full, rest) = (text[..text.IndexOf('=', StringComparison.Ordinal)], text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            var parts = rest.Split(':');
            var member = new Member(full, parts[0], parts.Length > 1 ? parts[1] : "other");
            shape._byFull.Add(full, member);
            shape._byLite.TryAdd(member.Lite, member);
        }

        _all.Add(name, shape);
    }

    private readonly record struct Member(string Full, string Lite, string Shape);
}
