"""The words of the Spanish verses.

Every list is in order of falling frequency. Verbs are in the third person of the present, singular
(all end in a vowel, and the plural adds an n); adjectives are masculine and singular; nouns are
singular and never of the kind of "el agua". An underscore stands for a space.
"""

from dataclasses import dataclass

WOMEN = "Clara Rosa Marta Lola Julia Sara Nuria Berta Carla Paula Laura Diana Celia Nora Mila Gema"
MEN = "Pedro Pablo Mario Diego Bruno Paco Jaime Curro Nacho Dante Lucho Tino Quique Beto Tito Lalo"

WALK = (
    "canta espera camina juega duerme baila sueña pasea descansa silba corre ríe "
    "vive cose lee pinta teje sube baja danza calla rema barre cena suspira despierta respira "
    "sonríe tropieza aguarda estudia bosteza escribe"
)
KEEP = (
    "guarda lleva busca tiene vende compra pinta pide quiere cuida trae halla mira toma deja "
    "limpia sueña_con cambia muestra presta pierde roba salva encuentra esconde dibuja "
    "recuerda regala "
    "olvida abraza envuelve"
)
WAKE = "duerme despierta sueña brilla espera canta calla descansa respira luce tiembla amanece"
WANT = "quiere sabe puede suele logra debe piensa jura teme espera desea prefiere"
THING_F = (
    "rosa vela caja manta taza jarra cesta perla llave carta cinta pluma flauta piedra gorra "
    "bolsa moneda botella guitarra camisa maleta muñeca linterna corona libreta cometa "
    "copa capa rueda "
    "cuerda tiza brocha bota"
)
THING_M = (
    "libro peine dado plato vaso ramo guante cesto tarro mapa cofre disco lazo cromo trompo sello "
    "frasco bolso cuadro verso gorro queso sobre cubo globo anillo abanico cuaderno"
)
# What can be said of anything that lives, of what does not, of plants and of passing things.
LIVELY = (
    "manso pequeño tranquilo cansado dormido alegre ligero callado curioso paciente solo sereno "
    "travieso loco libre tierno mudo viejo joven prudente tímido valiente feliz torpe noble listo "
    "terco bravo dulce triste guapo sabio"
)
LIFELESS = (
    "viejo blanco nuevo pequeño rojo verde azul roto antiguo triste alto gris perdido pobre claro "
    "oxidado torcido sencillo negro mojado hermoso quieto dorado bello noble limpio raro"
)
GROWING = (
    "verde blanco tierno rojo fresco dorado antiguo joven alto fragante dulce frágil oscuro solo "
    "viejo florido sereno temprano morado bello triste noble"
)
FLEETING = (
    "blanco claro suave dulce ligero frío tibio breve gris lento lejano fresco leve dorado nuevo "
    "tranquilo callado azul secreto puro triste vago"
)


# What she or he is: no word of the first list is in the second.
MOOD = (
    "tranquilo cansado callado sereno contento despierto descalzo risueño despeinado distraído "
    "pensativo"
)
LOOK = "solo libre alegre feliz serio lento manso triste dulce fuerte amable quieto terco"


@dataclass(frozen=True)
class Kind:
    """Things that do the same: nouns of both genders, what they are like and what they do."""

    feminine: str
    masculine: str
    adjectives: str
    verbs: str
    people: bool = False

    @property
    def living(self) -> bool:
        """Whether these things can wish for anything."""
        return self.adjectives == LIVELY


@dataclass(frozen=True)
class Scene:
    """Where a poem takes place: words that open the poem, by gender, and what is to be seen there.

    No two scenes share a place.
    """

    feminine: str
    masculine: str
    kinds: tuple[Kind, ...]


SCENES = {
    "costa": Scene(
        "isla playa costa caleta marina",
        "puerto faro muelle golfo islote",
        (
            Kind(
                "garza gaviota grulla paloma golondrina",
                "pato ganso cisne charrán pelícano cormorán",
                LIVELY,
                "vuela canta pasa duerme gira juega sueña descansa baja sube nada chilla",
            ),
            Kind(
                "barca lancha nave balsa goleta chalupa canoa",
                "barco bote buque yate navío velero",
                LIFELESS,
                "pasa duerme flota cruje sueña navega espera gira tiembla",
            ),
            Kind(
                "ola brisa nube espuma sombra bruma marea tormenta",
                "rayo reflejo destello",
                FLEETING,
                "pasa juega brilla tiembla danza crece gira nace",
            ),
            Kind(
                "foca trucha raya carpa ballena medusa sardina tortuga sirena",
                "pulpo pez mero delfín atún cangrejo erizo salmón",
                LIVELY,
                "nada duerme juega sueña salta gira vive descansa pasa danza baja",
            ),
            Kind(
                "niña moza viuda dama turista pescadora capitana",
                "niño mozo buzo guarda grumete pescador marino capitán pirata",
                LIVELY,
                "canta rema ríe silba sueña duerme juega pasa pesca espera baila calla reza cena",
                people=True,
            ),
        ),
    ),
    "huerta": Scene(
        "huerta granja finca viña alquería",
        "huerto jardín patio corral cortijo",
        (
            Kind(
                "tórtola alondra golondrina garza perdiz cigarra mosca",
                "mirlo gallo tordo grillo jilguero ruiseñor gorrión loro",
                LIVELY,
                "canta salta vuela calla duerme sueña despierta baja juega pasa gira",
            ),
            Kind(
                "rosa parra dalia malva menta flor violeta amapola azucena hortensia",
                "lirio nardo clavel trigo geranio naranjo cerezo manzano girasol almendro",
                GROWING,
                "brilla crece tiembla duerme sueña brota nace despierta florece luce",
            ),
            Kind(
                "vaca cabra mula burra gata liebre yegua oveja gallina ternera",
                "burro perro gato potro pavo toro cerdo buey conejo cordero",
                LIVELY,
                "duerme pasa sueña salta juega bebe come corre descansa espera trota ronca",
            ),
            Kind(
                "brisa nube sombra lluvia niebla tormenta",
                "rayo copo reflejo destello",
                FLEETING,
                "pasa juega brilla tiembla danza cae crece gira",
            ),
            Kind(
                "niña moza viuda nieta tía prima molinera",
                "niño mozo nieto peón primo tío abuelo labrador molinero",
                LIVELY,
                "canta ríe silba sueña duerme juega pasa siembra espera baila cava cena riega",
                people=True,
            ),
        ),
    ),
    "villa": Scene(
        "villa plaza calle aldea ciudad",
        "barrio pueblo parque suburbio paseo",
        (
            Kind(
                "niña moza monja dama novia actriz reina vecina modista florista maestra",
                "niño sastre guardia cura duque conde mimo novio poeta pintor barbero "
                "cartero alcalde",
                LIVELY,
                "canta pasa ríe baila silba sueña duerme juega espera pasea calla reza lee cena",
                people=True,
            ),
            Kind(
                "gata ardilla mosca rata paloma urraca",
                "gato perro mirlo loro pato gorrión canario ratón",
                LIVELY,
                "duerme pasa salta sueña juega calla corre descansa ronca come",
            ),
            Kind(
                "lámpara vela luz linterna farola llama",
                "foco farol cirio candil espejo neón",
                LIFELESS,
                "brilla tiembla arde luce duerme parpadea muere baila",
            ),
            Kind(
                "flauta gaita lira viola trompeta guitarra orquesta",
                "piano violín coro tambor clarín bombo organillo",
                LIFELESS,
                "suena canta calla llora sueña duerme ríe despierta vibra gime",
            ),
            Kind(
                "moto bici noria carreta carroza furgoneta",
                "coche carro tren taxi carrusel camión autobús",
                LIFELESS,
                "pasa cruje gira corre frena rueda espera suena",
            ),
        ),
    ),
    "sierra": Scene(
        "sierra cumbre cima selva montaña",
        "monte bosque valle cerro páramo",
        (
            Kind(
                "alondra lechuza grulla perdiz tórtola corneja",
                "buitre búho cuervo mirlo halcón milano jilguero",
                LIVELY,
                "vuela canta gira calla pasa duerme baja sueña sube chilla caza",
            ),
            Kind(
                "liebre cabra loba corza cierva ardilla marmota",
                "ciervo lobo zorro gamo lince oso corzo tejón conejo topo",
                LIVELY,
                "pasa duerme corre salta juega bebe sueña espera descansa trepa come baja",
            ),
            Kind(
                "bruma niebla nube brisa lluvia",
                "rayo copo reflejo destello",
                FLEETING,
                "pasa brilla cae danza tiembla crece nace juega gira",
            ),
            Kind(
                "flor hiedra zarza retama menta violeta genciana",
                "pino roble abeto olmo cedro musgo lirio tomillo",
                GROWING,
                "crece tiembla duerme brilla sueña brota nace despierta",
            ),
            Kind(
                "niña moza viuda bruja pastora peregrina",
                "niño mozo fraile guarda monje pastor leñador arriero ermitaño",
                LIVELY,
                "canta pasa ríe silba sueña duerme sube juega baja espera reza calla trepa",
                people=True,
            ),
        ),
    ),
}

# Rhymes: the scenes that use them (by their initials), and two shelves. A word of one shelf is
# answered by a word of the other, so that no word is its own rhyme. Letters after a word tell how
# it can end a line, and after @, in which scenes only:
#   f m F M  its gender, in capitals for a plural      p  what one can be    q  what a thing can be
#   i  en     o  sobre     b  junto a     u  bajo     l  por     e  "de la", after "ay, barca"
#   g  wide enough for a village to lie there          t  a thing one can hold
#   v  something to look at or to hear     h  "huele a"     d  what one may want to do
#   w  as it stands, after a verb
# A backslash joins a line to the next one.
RHYMES = """
chvs mar:mibgev@c palomar:mbv@h cantar:d volar:d sin_parar:w viajar:d nadar:d@c patinar:d \
      bailar:d encinar:mibge@s madrugar:d callejear:d@v
     hogar:me@v pinar:mibge@s despertar:d altar:mbv@v olivar:mibge@h bazar:mibv@v collar:tm \
      sin_cesar:w jugar:d soñar:d al_azar:w telar:mv descansar:d lunar:mv navegar:d@c \
      pajar:mibu@h
chs  madrugada:fv de_madrugada:w enramada:fub@h ensenada:fibge@c cascada:fbve@s callada:fpq \
      dorada:fq nevada:fv@s
     almohada:ft espada:ft sosegada:fpq cansada:fp helada:fv majada:fbe@s plateada:fq \
      enamorada:fp
chv  bahía:fibgev@c todavía:w sandía:ftb@h librería:fibv@v alegría:fv melodía:fv con_alegría:w \
      sombría:fq tranvía:mbv@v
     fantasía:fv noche_y_día:w poesía:ftv al_mediodía:w en_compañía:w fría:fq panadería:fbv@v \
      lejanía:fivg
chvs canción:ftv rincón:mig balcón:mub@hv peñón:mobgv@cs melón:mt@h sin_razón:w bastón:mt \
      colchón:mt cajón:mt jabón:mth cordón:mt
     estación:fibv@v acordeón:mtv callejón:mile@v malecón:mobl@c de_corazón:w balón:mt \
      melocotón:mt limón:mtbh@h bombón:mt botón:mt
hvc  orilla:fibgelv@c silla:ft sombrilla:fut amarilla:fq semilla:ft@h vainilla:fh capilla:fibgv@v \
      rosquilla:ft cuchilla:ft tortilla:ft mantilla:ft
     villa:fbe@v campanilla:ftv canastilla:ft zapatilla:ft de_maravilla:w bombilla:fut@v \
      gavilla:fbo@h sencilla:fpq manzanilla:fh barandilla:fob@vc
hsv  colina:fobgelv@hs esquina:fibve@v neblina:fiuv@s cocina:fiv@hv mandolina:ftv fina:fq \
      bocina:ft mandarina:ft cantina:fibe@v
     cortina:fv encina:ubfgev@hs harina:fh@hv gabardina:ft cristalina:fq divina:fpq resina:fh@s \
      piscina:fib@v gelatina:ft oficina:fibv@v
hvc  ventana:fbv@hvc solana:fige@h mañana:fv por_la_mañana:w manzana:ft lejana:fq hasta_mañana:w \
      galana:fp
     campana:fvbu lana:fh@h persiana:fv@v temprana:fq de_buena_gana:w porcelana:fv@v \
      cada_semana:w
cs   aurora:fvi sonora:fq a_toda_hora:w madrugadora:fp
     sin_demora:w soñadora:fp encantadora:fpq cantora:fp mora:ft@s
chvs viento:mve al_viento:w alimento:mt convento:mibgve@hsv contento:mp sediento:mp
     cuento:mtv invento:mt firmamento:mvu a_paso_lento:w soñoliento:mp sin_aliento:w \
      instrumento:mtv polvoriento:mq campamento:mibe@s
chvs sendero:mibolge@hs velero:mbv@c sombrero:mt lucero:mvu romero:mbh@hs con_esmero:w ligero:mpq \
      puchero:mt salero:mt tablero:mt tintero:mt
     alero:muv@hv florero:mt limonero:mubge@h embarcadero:mibgv@c en_enero:w sincero:mp \
      plumero:mt monedero:mt babero:mt granero:mibe@h en_febrero:w
cs   luna:fvueg duna:fobge@c por_fortuna:w cuna:ft bruna:fq tribuna:fv
     laguna:fiobgev@sc aceituna:ft oportuna:fpq
hs   cielo:mvu pañuelo:mt señuelo:mt buñuelo:mt riachuelo:mibgve@hs hielo:mvo@s ciruelo:mubge@h \
      pomelo:mt con_celo:w
     suelo:mi vuelo:mv caramelo:mt sin_consuelo:w arroyuelo:mibgve@hs deshielo:mv@s \
      violonchelo:mtv
hvs  fuente:fbgve@hsv de_repente:w poniente:mv reluciente:fmq corriente:fv@s valiente:fmp \
      paciente:fmp
     puente:mobulv sonriente:fmp torrente:mbv@s dulcemente:w gente:fbv@v transparente:fmq \
      lentamente:w suavemente:w
chvs ribera:fibgelv@ch primavera:fv pradera:fibgelv@hs ligera:fpq escalera:fibv@v bandera:ft \
      chistera:ft a_su_manera:w cafetera:ft pulsera:ft vidriera:fuv@v cartera:ft
     ladera:fibgelv@s higuera:fubge@h palmera:fubgev@c acera:file@v tetera:ft pecera:ft \
      regadera:ft ratonera:ft madera:fh viajera:fp la_noche_entera:w hoguera:fbv@cs sincera:fp \
      a_la_carrera:w
hvs  tejado:mouv@v prado:mibgelv@hs dorado:mq callado:mpq de_buen_grado:w enamorado:mp
     mercado:mibv@v emparrado:mub@h collado:mobge@s cansado:mp plateado:mq sosegado:mpq \
      helado:mt@v arado:mv@h enfadado:mp
chv  calladas:Fpq doradas:Fq enramadas:Fuib@h ensenadas:Fibge@c posadas:Fiv@v saladas:Fq@c
     cansadas:Fp plateadas:Fq sosegadas:Fpq fachadas:Fbuv@v almohadas:Ft granadas:Fubt@h \
      asustadas:Fp
chvs callados:Mpq tejados:Mouv@v dorados:Mq prados:Mibgelv@hs acantilados:Mobgv@c helados:Mt@v \
      dados:Mt
     cansados:Mp mercados:Milv@v sembrados:Mibgv@h collados:Mobge@s plateados:Mq emparrados:Mub@h \
      asustados:Mp sosegados:Mpq
"""
